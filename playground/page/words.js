// Every word of the page, in English and Korean. *x* is a symbol, _x_ below and ^x^ above the line.

const en = {
  title: 'GAN playground',
  subtitle: 'Algorithm 1 of Goodfellow et al. 2014, at work',
  language: 'Language', theme: 'Colours', 'theme.auto': 'as the system', 'theme.light': 'light', 'theme.dark': 'dark',
  lessons: 'Lessons', predict: 'Predict first', look: 'What to look at', reveal: 'Show the answer',
  'lesson.run': 'Play {n} iterations', 'lesson.again': 'Play it from the beginning', 'lesson.then': 'And then?', 'lesson.then.wait': 'First play the lesson to iteration {n}', 'then': 'And then', 'lesson.then.run': 'Change it and play {n} iterations', 'lesson.close': 'Close the lesson', 'lesson.notebook': 'More in notebooks/{name}.ipynb',
  play: 'Run', pause: 'Pause', slow: 'Slow motion', 'step.d': 'Step D', 'step.g': 'Step G', iterate: 'One iteration',
  restart: 'Restart', back: 'Iteration', skip: 'Skip to the game',
  'play.help': 'Train until you pause (Space)',
  'slow.help': 'One line of Algorithm 1 after the other, with the minibatch as it is drawn',
  'step.d.help': 'One update of D (D)', 'step.g.help': 'One update of G, which ends the iteration (G)',
  'iterate.help': 'k updates of D, then one of G (I)', 'restart.help': 'The same game from iteration 0 (R)',
  'back.help': 'Back to any earlier iteration, and forward again (Left, Right)',
  keys: 'Keys: Space runs and pauses, D and G move one player, I plays an iteration, R restarts, ← and → go back and forward.',
  picture: 'The picture', curve: 'The curve', algorithm: 'Algorithm 1', controls: 'Settings', numbers: 'Numbers',
  'for.each': 'In each iteration:', 'k.times': '*k* = {k} times', 'k.once': '*k* = 1: once', 'k.now': '{i} of {k}',
  simultaneous: 'Both players move at once, each against the other as it was: one minibatch, and no *k*.',
  'line.noise': 'Draw *m* = {m} noise samples *z* from *p*_z_', 'line.noise.again': 'Draw {m} new noise samples *z*',
  'line.noise.same': 'No new noise: the same *G*(*z*)', 'line.data': 'Draw *m* = {m} examples *x* from *p*_data_',
  'line.d.up': '*D* ascends', 'line.d.down': '*D* descends', 'line.g.down': '*G* descends',
  'line.g.frozen': '*G* stands still',
  'mean.std': 'mean {mean}, std {std}',
  loss: 'loss', rate: 'rate', with: 'with {what}', 'with.penalty': 'the penalty', 'with.labels': 'changed labels',
  'with.noise': 'blurred examples', minimises: 'minimises',
  v: 'V', real_term: '𝔼 log *D*(*x*)', fake_term: '𝔼 log(1−*D*(*G*(*z*)))', jsd: 'JSD', bound: '(V + log 4)/2',
  d_real: '*D*(*x*)', d_fake: '*D*(*G*(*z*))', found: 'modes found', high_quality: 'on a mode', pull: 'longest arrow', step: 'iteration',
  'found.of': '{n} of {of}',
  'legend.data': '*p*_data_, the data', 'legend.pg': '*p*_g_, the generator', 'legend.d.probability': '*D*, learned',
  'legend.d.label': '*D*, a label: 1 real, 0 fake', 'legend.d.score': '*D*, a score: above 0 real',
  'legend.best': '*D*^∗^ = *p*_data_/(*p*_data_ + *p*_g_)', 'legend.x': 'data *x*', 'legend.gz': 'samples *G*(*z*)',
  'legend.half': '*D* = {level}', 'legend.warp': 'grid in *z*, by *G*', 'legend.pull': 'where *G* is pulled',
  'legend.batch': 'this minibatch', 'map.d': '*D*, learned', 'map.best': '*D*^∗^, the best *D*', fake: 'fake', real: 'real',
  'chart.v': '*V* and its terms', 'chart.loss': 'What each player minimises', 'chart.jsd': 'JSD, and what *V* estimates',
  'chart.score': 'What *D* says, on average', 'curve.v': '*V*', 'curve.real': '𝔼 log *D*(*x*)',
  'curve.fake': '𝔼 log(1−*D*(*G*(*z*)))', 'curve.jsd': 'JSD', 'curve.bound': '(*V* + log 4)/2', 'curve.dloss': '*D*',
  'curve.gloss': '*G*', 'curve.dreal': '*D*(*x*)', 'curve.dfake': '*D*(*G*(*z*))', nats: 'nats',
  'group.data': 'Data', 'group.game': 'The game', 'group.players': 'The players', 'group.rule': 'Learning rule',
  'group.stable': 'Stabilisers', 'group.show': 'Show',
  data: '*p*_data_', seed: 'Seed', batch_size: 'Minibatch *m*', k: 'Steps of *D*, *k*', objective: 'Objective',
  noise: 'Noise *p*_z_', noise_dim: 'Numbers in *z*', g_width: 'Width of *G*', g_depth: 'Layers of *G*',
  d_width: 'Width of *D*', d_depth: 'Layers of *D*', activation: 'Activation', rule: 'Rule', g_rate: 'Rate of *G*',
  d_rate: 'Rate of *D*', momentum: 'β₁', 'momentum.momentum': 'Momentum', simultaneous_: 'Both at once',
  frozen: 'Freeze *G*', penalty: 'Gradient penalty', penalty_weight: 'Its weight', flip_real: 'Flip real labels',
  flip_fake: 'Flip fake labels', smooth_real: 'Smooth real labels', noise_std: 'Instance noise, std',
  noise_steps: 'falls to 0 in (iterations)', average_g: 'Average *G*, decay', d_spectral: 'Spectral norm in *D*',
  g_spectral: 'Spectral norm in *G*', show_samples: 'samples', show_data: 'data', show_warp: '*G*’s grid',
  show_arrows: 'gradients', 'show_samples.1': '*p*_g_', 'show_data.1': '*p*_data_', 'show_warp.1': 'arrows *z* → *x*',
  'data.normal': 'a normal', 'data.two-normals': 'two normals', 'data.ring8': 'ring of 8', 'data.grid25': 'grid of 25',
  'data.swiss-roll': 'Swiss roll', 'data.moons': 'two moons', 'data.drawn-1d': 'drawn by you, line',
  'data.drawn-2d': 'drawn by you, plane', 'noise.gaussian': 'normal', 'noise.uniform': 'uniform(−1, 1)',
  'noise.unit-uniform': 'uniform(−√3, √3)', 'objective.minimax': 'minimax', 'objective.non-saturating': 'non-saturating',
  'objective.least-squares': 'least squares', 'objective.hinge': 'hinge', 'objective.wasserstein': 'Wasserstein',
  'objective.blend': 'blend', 'rule.adam': 'Adam', 'rule.momentum': 'momentum', 'penalty.none': 'none', 'penalty.r1': 'R1',
  'penalty.wgan-gp': 'WGAN-GP', 'activation.relu': 'ReLU', 'activation.tanh': 'tanh', 'activation.linear': 'none (linear)',
  'help.data': 'What G must learn. Picking one sets networks and rates that suit it. The grid of 25 is hard: G finds 20 modes or more after 4,000 iterations, a few minutes.',
  'help.seed': 'Decides the first weights, the noise and the data.',
  'help.batch_size': 'Examples and noise samples in each step.',
  'help.k': 'Updates of D for one of G. The paper takes 1; a larger k keeps D near D*.',
  'help.objective': 'What each player wants. Minimax is equation 1; non-saturating is the paper’s section 3. Blend adds both losses of G, each with a weight.',
  'help.noise': 'The distribution of each number of z.', 'help.noise_dim': 'With as many as x has, the picture shows G’s grid.',
  'help.g_width': 'Units in each hidden layer.', 'help.g_depth': 'Hidden layers.',
  'help.d_width': 'Units in each hidden layer.', 'help.d_depth': 'Hidden layers.',
  'help.activation': 'Of the hidden layers of both players.',
  'help.rule': 'Turns a gradient into an update. The paper used momentum.', 'help.g_rate': 'Learning rate of G.',
  'help.d_rate': 'Learning rate of D.', 'help.momentum': 'How much of the last update goes on.',
  'help.simultaneous_': 'Both players move from one forward pass, as in the 2014 code.',
  'help.frozen': 'G stands still and D goes on: it nears D*.', 'help.penalty': 'What D pays for a steep slope.',
  'help.penalty_weight': 'γ of R1, λ of WGAN-GP.', 'help.flip_real': 'The fraction of real examples called fake.',
  'help.flip_fake': 'The fraction of generated examples called real.',
  'help.smooth_real': 'D is told 1 − s of real examples in place of 1.',
  'help.noise_std': 'Blurs all that D sees; 0 is off.', 'help.noise_steps': 'Iterations until that noise is gone.',
  'help.average_g': 'Samples come from an average of G’s weights; 0 is off, 0.99 is slow.',
  'help.d_spectral': 'Keeps D from being steep.', 'help.g_spectral': 'Keeps G from being steep.',
  'help.show_samples': 'G(z) for 1000 z that stay the same; on the line, their density.', 'help.show_data': 'Examples of the data; on the line, their density.',
  'help.show_warp': 'Where G sends a grid in z; on the line, arrows from z to x.',
  'help.show_arrows': 'Minus the gradient of G’s loss in each sample.',
  draw: 'Draw', 'pad.title': 'Draw *p*_data_',
  'pad.help.1': 'Drag along the curve you want: the height is the density.',
  'pad.help.2': 'Drag to put dots, up to 400.',
  'pad.keys': 'Arrow keys move the cursor, Space draws there.', 'pad.clear': 'Clear', 'pad.use': 'Use this drawing', 'pad.close': 'Back',
  'pad.says.1': 'Drawing on the line. Cursor at x = {x}, height {y}.',
  'pad.says.2': 'Drawing in the plane, {n} dots. Cursor at ({x}, {y}).', 'pad.empty': 'Draw something first.',
  link: 'Link', png: 'Save PNG', gif: 'Record GIF', 'link.help': 'Copy a link to this game and put it in the address bar',
  'png.help': 'Save the picture with its legend and the curve', 'gif.help': 'Record 50 frames of the game as it runs',
  loading: 'Loading the program', 'loading.part': 'Loading the program: {done} of {all} MB', starting: 'Starting the game',
  ready: 'Ready. Press Run, or step through Algorithm 1.', began: 'A new game: {data}, iteration 0.',
  anew: 'That needs new networks: the game starts over.', went: 'The game goes on with the new setting.', paused: 'Paused at iteration {step}.', at: 'Iteration {step}.',
  copied: 'The link is copied, and in the address bar.', 'copied.not': 'The link is in the address bar.',
  saved: 'Saved as {name}.', recording: 'Recording {of} frames. Pause ends it sooner.',
  'far.offer': 'This game had reached iteration {n}.', 'far.play': 'Play to {n}', 'playing.to': 'Playing to iteration {n}',
  'no.lesson': 'There is no such lesson.', 'link.damaged': 'The link is cut short or damaged.',
  refused: '{name} cannot be {value}: want {want}.', failed: 'That did not work: {error}', whole: 'a whole number', diverged: 'The game has diverged: its numbers are no longer finite. Here it is before that; try lower rates.', transport: 'Run and step', 'lesson.open': 'Lesson: {title}',
  'hint.wasserstein': 'Wasserstein needs a D that is not steep: try the penalty WGAN-GP and k = 5.',
  broken: 'The program stopped: {error}. Reload the page to begin anew.',
  'say.1': 'Iteration {step}. p_g has mean {mean} and standard deviation {std}; p_data has {dmean} and {dstd}.',
  'say.2': 'Iteration {step}. The samples have mean ({mean}) and standard deviation ({std}); the data have ({dmean}) and ({dstd}).',
  'say.modes': 'G has found {n} of {of} modes.', 'say.d': 'D says {real} of data and {fake} of samples.',
  'say.gap': 'D is {gap} from D* on average.', 'say.jsd': 'JSD is {jsd} nats.', 'say.curve.v': 'V is {v}; its terms are {real} and {fake}. At the end V would be −1.386.',
  'say.best': 'The best discriminator for these samples, on the same scale.', noscript: 'The playground needs JavaScript and WebAssembly.',
  unloaded: 'The program could not be loaded: {why}. Reload the page.',
  'unloaded.absent': '{file} cannot be fetched', 'unloaded.status': 'for {file} the server answers {status}',
  'unloaded.damaged': '{file} is damaged or did not come whole',
  ended: 'it has ended, perhaps for want of memory', 'want.layers': 'a whole number from {min} to {max}',
  'activation.sigmoid': 'sigmoid', 'activation.mixed': 'not all the same', 'rule.mixed': 'one of each',
};

const ko = {
  title: 'GAN 놀이터',
  subtitle: 'Goodfellow 등(2014)의 Algorithm 1이 움직이는 모습',
  language: '언어', theme: '화면 색', 'theme.auto': '시스템 설정', 'theme.light': '밝게', 'theme.dark': '어둡게',
  lessons: '수업', predict: '먼저 예측하세요', look: '눈여겨볼 점', reveal: '해설 보기',
  'lesson.run': '{n}번 반복하기', 'lesson.again': '처음부터 다시 실행하기', 'lesson.then': '그다음은?', 'lesson.then.wait': '먼저 수업을 {n}번째 반복까지 실행하세요', 'then': '그다음', 'lesson.then.run': '설정을 바꾸고 {n}번 반복하기', 'lesson.close': '수업 닫기', 'lesson.notebook': '더 알아보기: notebooks/{name}.ipynb',
  play: '실행', pause: '일시 정지', slow: '느린 동작', 'step.d': 'D 한 스텝', 'step.g': 'G 한 스텝', iterate: '한 번 반복',
  restart: '처음부터', back: '반복', skip: '게임으로 건너뛰기',
  'play.help': '멈출 때까지 학습합니다(스페이스)',
  'slow.help': 'Algorithm 1을 한 줄씩 실행하며, 뽑은 미니배치를 보여 줍니다',
  'step.d.help': 'D를 한 번 업데이트합니다(D)', 'step.g.help': 'G를 한 번 업데이트하고 이번 반복을 마칩니다(G)',
  'iterate.help': 'D를 k번, 이어서 G를 한 번 업데이트합니다(I)', 'restart.help': '같은 게임을 반복 0부터 다시 합니다(R)',
  'back.help': '지나온 어느 반복으로든 돌아가고, 다시 앞으로 옵니다(←, →)',
  keys: '단축키: 스페이스는 실행과 일시 정지, D와 G는 한 참가자의 스텝, I는 한 번 반복, R은 처음부터, ←와 →는 뒤로와 앞으로.',
  picture: '그림', curve: '곡선', algorithm: 'Algorithm 1', controls: '설정', numbers: '값',
  'for.each': '반복할 때마다:', 'k.times': '*k* = {k}번', 'k.once': '*k* = 1: 한 번', 'k.now': '{k}번 중 {i}번째',
  simultaneous: '두 참가자가 동시에, 미니배치 하나로, 각자 상대의 직전 상태를 기준으로 움직입니다. *k*는 쓰지 않습니다.',
  'line.noise': '*p*_z_에서 노이즈 *z*를 *m* = {m}개 뽑는다', 'line.noise.again': '노이즈 *z*를 {m}개 새로 뽑는다',
  'line.noise.same': '새 노이즈 없이 같은 *G*(*z*)를 쓴다', 'line.data': '*p*_data_에서 데이터 *x*를 *m* = {m}개 뽑는다',
  'line.d.up': '*D*는 그레이디언트를 따라 올라간다', 'line.d.down': '*D*는 그레이디언트를 따라 내려간다', 'line.g.down': '*G*는 그레이디언트를 따라 내려간다',
  'line.g.frozen': '*G*는 고정되어 있다',
  'mean.std': '평균 {mean}, 표준편차 {std}',
  loss: '손실', rate: '학습률', with: '{what} 포함', 'with.penalty': '벌점', 'with.labels': '바꾼 레이블',
  'with.noise': '흐리게 한 데이터', minimises: '최소화',
  v: 'V', real_term: '𝔼 log *D*(*x*)', fake_term: '𝔼 log(1−*D*(*G*(*z*)))', jsd: 'JSD', bound: '(V + log 4)/2',
  d_real: '*D*(*x*)', d_fake: '*D*(*G*(*z*))', found: '찾은 모드', high_quality: '모드 위의 표본', pull: '가장 긴 화살표', step: '반복',
  'found.of': '{n}/{of}',
  'legend.data': '*p*_data_, 데이터', 'legend.pg': '*p*_g_, 생성자', 'legend.d.probability': '*D*, 학습한 판별자',
  'legend.d.label': '*D*, 레이블: 1은 진짜, 0은 가짜', 'legend.d.score': '*D*, 점수: 0보다 크면 진짜',
  'legend.best': '*D*^∗^ = *p*_data_/(*p*_data_ + *p*_g_)', 'legend.x': '데이터 *x*', 'legend.gz': '표본 *G*(*z*)',
  'legend.half': '*D* = {level}', 'legend.warp': '*G*가 옮긴 *z*의 격자', 'legend.pull': '*G*가 끌리는 방향',
  'legend.batch': '이번 미니배치', 'map.d': '*D*, 학습한 판별자', 'map.best': '*D*^∗^, 최선의 *D*', fake: '가짜', real: '진짜',
  'chart.v': '*V*와 두 항', 'chart.loss': '각 참가자가 최소화하는 값', 'chart.jsd': 'JSD와 *V*로 추정한 JSD',
  'chart.score': '*D*의 출력 평균', 'curve.v': '*V*', 'curve.real': '𝔼 log *D*(*x*)',
  'curve.fake': '𝔼 log(1−*D*(*G*(*z*)))', 'curve.jsd': 'JSD', 'curve.bound': '(*V* + log 4)/2', 'curve.dloss': '*D*',
  'curve.gloss': '*G*', 'curve.dreal': '*D*(*x*)', 'curve.dfake': '*D*(*G*(*z*))', nats: 'nat',
  'group.data': '데이터', 'group.game': '게임', 'group.players': '참가자', 'group.rule': '학습 규칙',
  'group.stable': '안정화', 'group.show': '그림에 표시',
  data: '*p*_data_', seed: '시드', batch_size: '미니배치 *m*', k: '*D*의 스텝 *k*', objective: '목적 함수',
  noise: '노이즈 *p*_z_', noise_dim: '*z*의 차원', g_width: '*G*의 너비', g_depth: '*G*의 층 수',
  d_width: '*D*의 너비', d_depth: '*D*의 층 수', activation: '활성화 함수', rule: '규칙', g_rate: '*G*의 학습률',
  d_rate: '*D*의 학습률', momentum: 'β₁', 'momentum.momentum': '모멘텀', simultaneous_: '동시에 움직이기',
  frozen: '*G* 고정', penalty: '그레이디언트 벌점', penalty_weight: '벌점의 가중치', flip_real: '진짜 레이블 뒤집기',
  flip_fake: '가짜 레이블 뒤집기', smooth_real: '진짜 레이블 낮추기', noise_std: '입력 노이즈의 σ',
  noise_steps: '0이 될 때까지 반복 수', average_g: '*G* 평균의 감쇠율', d_spectral: '*D* 스펙트럼 정규화',
  g_spectral: '*G* 스펙트럼 정규화', show_samples: '표본', show_data: '데이터', show_warp: '*G*의 격자',
  show_arrows: '그레이디언트', 'show_samples.1': '*p*_g_', 'show_data.1': '*p*_data_', 'show_warp.1': '화살표 *z* → *x*',
  'data.normal': '정규분포', 'data.two-normals': '정규분포 둘', 'data.ring8': '고리 위의 8개', 'data.grid25': '격자 위의 25개',
  'data.swiss-roll': '스위스 롤', 'data.moons': '두 반달', 'data.drawn-1d': '직접 그리기, 직선',
  'data.drawn-2d': '직접 그리기, 평면', 'noise.gaussian': '정규분포', 'noise.uniform': '균등(−1, 1)',
  'noise.unit-uniform': '균등(−√3, √3)', 'objective.minimax': 'minimax', 'objective.non-saturating': 'non-saturating',
  'objective.least-squares': '최소제곱', 'objective.hinge': 'hinge', 'objective.wasserstein': 'Wasserstein',
  'objective.blend': '혼합', 'rule.adam': 'Adam', 'rule.momentum': '모멘텀', 'penalty.none': '없음', 'penalty.r1': 'R1',
  'penalty.wgan-gp': 'WGAN-GP', 'activation.relu': 'ReLU', 'activation.tanh': 'tanh', 'activation.linear': '없음(선형)',
  'help.data': 'G가 배워야 할 분포입니다. 고르면 신경망과 학습률이 그에 맞게 바뀝니다. 격자 위의 25개는 어려워서, 4,000번 반복하는 몇 분 뒤에야 모드를 20개 이상 찾습니다.',
  'help.seed': '처음 가중치와 노이즈, 데이터를 정합니다.',
  'help.batch_size': '스텝마다 쓰는 데이터와 노이즈의 수입니다.',
  'help.k': 'G를 한 번 업데이트할 때 D를 업데이트하는 횟수입니다. 논문은 1입니다. k가 크면 D가 D* 가까이 머뭅니다.',
  'help.objective': '각 참가자가 무엇을 최적화할지 정합니다. minimax는 식 1, non-saturating은 논문 3절입니다. 혼합은 G의 두 손실을 가중치를 두어 더합니다.',
  'help.noise': 'z를 이루는 수 하나하나의 분포입니다.', 'help.noise_dim': 'x와 차원이 같으면 그림에 G의 격자가 보입니다.',
  'help.g_width': '은닉층마다 있는 유닛의 수입니다.', 'help.g_depth': '은닉층의 수입니다.',
  'help.d_width': '은닉층마다 있는 유닛의 수입니다.', 'help.d_depth': '은닉층의 수입니다.',
  'help.activation': '두 참가자의 은닉층에 씁니다.',
  'help.rule': '그레이디언트를 업데이트로 바꿉니다. 논문은 모멘텀을 썼습니다.', 'help.g_rate': 'G의 학습률입니다.',
  'help.d_rate': 'D의 학습률입니다.', 'help.momentum': '직전 업데이트를 이어받는 비율입니다.',
  'help.simultaneous_': '2014년 코드처럼 한 번의 순전파로 두 참가자가 함께 움직입니다.',
  'help.frozen': 'G를 고정하고 D만 학습합니다. D가 D*에 가까워집니다.', 'help.penalty': 'D가 가파를수록 D의 손실에 더해지는 벌점입니다.',
  'help.penalty_weight': 'R1의 γ, WGAN-GP의 λ입니다.', 'help.flip_real': '진짜 데이터 가운데 가짜라고 알려 주는 비율입니다.',
  'help.flip_fake': '가짜 데이터 가운데 진짜라고 알려 주는 비율입니다.',
  'help.smooth_real': '진짜 데이터의 레이블을 1 대신 1 − s로 알려 줍니다.',
  'help.noise_std': 'D가 보는 것을 모두 흐리게 합니다. 0이면 끕니다.', 'help.noise_steps': '그 노이즈가 사라질 때까지의 반복 수입니다.',
  'help.average_g': 'G의 가중치 평균으로 표본을 만듭니다. 0이면 끄고, 0.99면 천천히 따라갑니다.',
  'help.d_spectral': 'D가 가팔라지지 않게 합니다.', 'help.g_spectral': 'G가 가팔라지지 않게 합니다.',
  'help.show_samples': '늘 같은 z 1000개에 대한 G(z)입니다. 직선에서는 그 밀도입니다.', 'help.show_data': '데이터의 예입니다. 직선에서는 그 밀도입니다.',
  'help.show_warp': 'z의 격자를 G가 보내는 곳입니다. 직선에서는 z에서 x로 가는 화살표입니다.',
  'help.show_arrows': '표본마다 G의 손실의 그레이디언트에 음의 부호를 붙인 것입니다.',
  draw: '그리기', 'pad.title': '*p*_data_ 그리기',
  'pad.help.1': '원하는 곡선을 따라 끌어 보세요. 높이가 밀도입니다.',
  'pad.help.2': '끌어서 점을 찍으세요. 400개까지 찍을 수 있습니다.',
  'pad.keys': '화살표 키로 커서를 옮기고 스페이스로 그립니다.', 'pad.clear': '지우기', 'pad.use': '이 그림으로 시작', 'pad.close': '돌아가기',
  'pad.says.1': '직선에 그리는 중. 커서는 x = {x}, 높이 {y}.',
  'pad.says.2': '평면에 그리는 중, 점 {n}개. 커서는 ({x}, {y}).', 'pad.empty': '먼저 무언가 그리세요.',
  link: '링크', png: 'PNG 저장', gif: 'GIF 녹화', 'link.help': '이 게임의 링크를 복사하고 주소창에 넣습니다',
  'png.help': '그림을 범례와 곡선까지 저장합니다', 'gif.help': '게임이 움직이는 모습을 50프레임 녹화합니다',
  loading: '프로그램을 내려받는 중', 'loading.part': '프로그램을 내려받는 중: {all}MB 중 {done}MB', starting: '게임을 시작하는 중',
  ready: '준비되었습니다. 실행을 누르거나 Algorithm 1을 한 스텝씩 진행해 보세요.', began: '새 게임: {data}, 반복 0.',
  anew: '참가자를 새로 만들어야 하므로 게임을 처음부터 시작합니다.', went: '바뀐 설정으로 게임을 이어 갑니다.', paused: '{step}번째 반복에서 멈췄습니다.', at: '{step}번째 반복입니다.',
  copied: '링크를 복사했고 주소창에도 넣었습니다.', 'copied.not': '링크를 주소창에 넣었습니다.',
  saved: '{name} 파일로 저장했습니다.', recording: '{of}프레임을 녹화합니다. 일시 정지하면 거기서 끝납니다.',
  'far.offer': '이 게임은 {n}번째 반복까지 진행되어 있었습니다.', 'far.play': '{n}번째 반복까지 실행하기', 'playing.to': '{n}번째 반복까지 실행하는 중',
  'no.lesson': '그런 수업은 없습니다.', 'link.damaged': '링크가 잘렸거나 손상되었습니다.',
  refused: '{name}에 {value} 값은 쓸 수 없습니다. 가능한 값: {want}.', failed: '되지 않았습니다: {error}', whole: '정수', diverged: '게임이 발산하여 값이 더는 유한하지 않습니다. 그 직전의 모습입니다. 학습률을 낮춰 보세요.', transport: '실행과 스텝', 'lesson.open': '수업: {title}',
  'hint.wasserstein': 'Wasserstein에는 가파르지 않은 D가 필요합니다. 벌점 WGAN-GP와 k = 5를 써 보세요.',
  broken: '프로그램이 멈췄습니다: {error}. 페이지를 새로 고치면 다시 시작합니다.',
  'say.1': '반복 {step}. p_g의 평균은 {mean}, 표준편차는 {std}이고, p_data는 평균 {dmean}, 표준편차 {dstd}입니다.',
  'say.2': '반복 {step}. 표본의 평균은 ({mean}), 표준편차는 ({std})이고, 데이터는 평균 ({dmean}), 표준편차 ({dstd})입니다.',
  'say.modes': 'G가 모드 {of}개 중 {n}개를 찾았습니다.', 'say.d': 'D의 출력은 데이터에서 {real}, 표본에서 {fake}입니다.',
  'say.gap': 'D와 D*의 차이는 평균 {gap}입니다.', 'say.jsd': 'JSD는 {jsd} nat입니다.', 'say.curve.v': 'V는 {v}이고 두 항은 {real}와 {fake}입니다. 게임의 끝에서 V는 −1.386입니다.',
  'say.best': '이 표본에 대한 최선의 판별자를 같은 색으로 보여 줍니다.', noscript: '놀이터에는 JavaScript와 WebAssembly가 필요합니다.',
  unloaded: '프로그램을 불러오지 못했습니다: {why}. 페이지를 새로 고치세요.',
  'unloaded.absent': '{file} 파일을 가져올 수 없음', 'unloaded.status': '{file} 요청에 서버가 {status}(으)로 답함',
  'unloaded.damaged': '{file} 파일이 손상되었거나 끝까지 내려받지 못함',
  ended: '프로그램이 종료됨, 메모리 부족일 수 있음', 'want.layers': '{min}부터 {max}까지의 정수',
  'activation.sigmoid': 'sigmoid', 'activation.mixed': '서로 다름', 'rule.mixed': '서로 다름',
};

// What the game says is right for a setting it refuses, in Korean.
const wants = [
  [/^(\S+) to (\S+)$/, '$1부터 $2까지'], [/^at least (\S+) and less than (\S+)$/, '$1 이상 $2 미만'],
  [/^a positive number.*$/, '0보다 큰 수'], [/^at least (\S+)$/, '$1 이상'], [/^at most (\S+) units.*$/, '층마다 유닛 $1개 이하'], [/^at most (\S+) layers$/, '층 $1개 이하'], [/^at most (\S+) .*$/, '$1 이하'],
  [/^0, for objective .* smooth$/, '0(이 목적 함수에는 낮출 레이블이 없습니다)'],
  [/^0, for objective .* flip$/, '0(이 목적 함수에는 뒤집을 레이블이 없습니다)'],
  [/^false while G is frozen.*$/, '끔(G가 고정되어 있으면 동시에 움직일 수 없습니다)'],
];

const words = { en, ko };
let spoken = 'en';

export const language = () => spoken;

export function speak(lang) {
  spoken = words[lang] ? lang : 'en';
  document.documentElement.lang = spoken;
  document.title = t('title');
}

// t is a text in the reader's language, with values in place of {names}. A value that depends on the language is a function.
export function t(key, values = {}) {
  const text = words[spoken][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === 'function' ? values[name]() : (values[name] ?? '')));
}

export const known = (key) => key in en;

// wanted is what a refusal asks for, in the reader's language.
export function wanted(want) {
  if (/^a whole number/.test(want)) return t('whole');
  if (spoken === 'en') return want;
  for (const [pattern, korean] of wants) if (pattern.test(want)) return want.replace(pattern, korean);
  return want;
}

const parsed = new Map();

// verbatim is a text from elsewhere, such as an error, whose * _ ^ are no marks; what is too long to read is cut.
export function verbatim(text) {
  const whole = String(text);
  return (whole.length > 200 ? `${whole.slice(0, 200)}…` : whole).replace(/[\\*_^]/g, '\\$&');
}

// parse splits a text into [kind, text]: symbol, below, above or plain. A mark after a \ is plain.
export function parse(text) {
  let parts = parsed.get(text);
  if (parts) return parts;
  parts = [];
  for (const [, symbol, below, above, plain] of text.matchAll(/\*([^*]+)\*|_([^_]+)_|\^([^^]+)\^|((?:\\[\\*_^]|[^*_^])+|[*_^])/g)) {
    if (symbol !== undefined) parts.push(['symbol', symbol]);
    else if (below !== undefined) parts.push(['below', below]);
    else if (above !== undefined) parts.push(['above', above]);
    else parts.push(['plain', plain.replace(/\\([\\*_^])/g, '$1')]);
  }
  if (parsed.size > 2000) parsed.clear();
  parsed.set(text, parts);
  return parts;
}

const tags = { symbol: 'i', below: 'sub', above: 'sup' };

// write puts a text with symbols into an element.
export function write(element, text) {
  element.replaceChildren(...parse(text).map(([kind, s]) => {
    if (kind === 'plain') return s;
    const node = document.createElement(tags[kind]);
    node.textContent = s;
    return node;
  }));
}

// plain is a text without its marks, for attributes.
export const plain = (text) => parse(text).map(([, s]) => s).join('');

// translate fills all that has data-t or data-help.
export function translate(root) {
  for (const node of root.querySelectorAll('[data-t]')) write(node, t(node.dataset.t));
  for (const node of root.querySelectorAll('[data-help]')) node.title = plain(t(node.dataset.help));
  for (const node of root.querySelectorAll('[data-label]')) node.setAttribute('aria-label', plain(t(node.dataset.label)));
}

// signed writes a proper minus sign.
const signed = (text) => text.replace('-', '−');

// power writes a large number as so many digits and a power of ten.
function power(value, digits) {
  const [factor, exponent] = value.toExponential(digits).split('e+');
  return signed(`${Number(factor)}·10${[...exponent].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('')}`);
}

const large = (value) => Math.abs(value) >= 1e5 && Number.isFinite(value);

// number writes a number with so many digits.
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (large(value)) return power(value, 2);
  const text = value.toFixed(digits);
  return signed(Number(text) === 0 ? text.replace('-', '') : text);
}

// short writes a number with as many digits as tell it apart, such as a learning rate or that of a tick.
export const short = (value, digits = 3) =>
  large(value) ? power(value, 2) : signed(String(Number(value.toPrecision(digits))));

export const percent = (value) => `${Math.round(100 * value)}%`;
