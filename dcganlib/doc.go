// Package dcganlib is DCGAN: the networks of Radford, Metz and Chintala, Unsupervised Representation Learning with Deep
// Convolutional Generative Adversarial Networks (ICLR 2016, arXiv:1511.06434), and the recipes that people train them
// by.
//
// # What DCGAN changes
//
// The game is that of package ganlib: the same V(D,G), the same alternation, the non-saturating loss. The players are
// new. Earlier attempts at convolutional GANs had failed. Section 3 of the paper names what made these stable:
//
//   - No pooling. D halves the image by convolutions of stride 2, G doubles it by transposed
//     ("fractionally-strided") ones, so both learn how to change the size.
//   - Only two fully connected layers: the projection of z at G's start, and D's logit.
//   - Batch norm in both players, except at G's output and D's input, where it made the samples oscillate.
//   - ReLU in G with tanh at its end; LeakyReLU with slope .2 in D.
//
// Section 4 says how they were trained: pixels in [−1, 1], z 100 numbers from U(−1, 1), weights from N(0, .02), batches
// of 128, Adam with rate 2e-4 (1e-3 was "too high") and β1 = .5, because .9 "resulted in training oscillation".
//
// # The shapes of Figure 1
//
// These are the layers of [LSUN64], as [height, width, channels] without the batch. Every convolution has a 5×5 kernel
// at stride 2. [Networks.GeneratorStages] and [Networks.DiscriminatorStages] predict the shapes of any Networks, and
// [Networks.GeneratorLayers] and [Networks.DiscriminatorLayers] build the layers. [Config.Layers] lists batch norm and
// activations too.
//
//	G layer     output            then                     D layer  output            then
//	projection  [4, 4, 1024]      batch norm, ReLU         down_0   [32, 32, 128]     LeakyReLU
//	up_0        [8, 8, 512]       batch norm, ReLU         down_1   [16, 16, 256]     batch norm, LeakyReLU
//	up_1        [16, 16, 256]     batch norm, ReLU         down_2   [8, 8, 512]       batch norm, LeakyReLU
//	up_2        [32, 32, 128]     batch norm, ReLU         down_3   [4, 4, 1024]      batch norm, LeakyReLU
//	up_3        [64, 64, 3]       tanh                     output   [1]               a logit
//
// The names are the scopes of the variables: "weights" and any "biases" of the layer, and "gamma", "beta", "mean" and
// "variance" of the batch norm after it.
//
// # Which DCGAN
//
// There are several. Most people have run [Torch64] and believe it is the paper. A preset is a complete [Config]: the
// networks, the size of a minibatch, and how the game is played. They differ in this:
//
//	                   LSUN64        CIFAR32       MNIST28        Torch64        Flowers64
//	image              64×64×3       32×32×3       28×28×1        64×64×3        64×64×3
//	pixels, output     [−1,1], tanh  [−1,1], tanh  [0,1], sigmoid [−1,1], tanh   [−1,1], tanh
//	filters of D       128 … 1024    256 … 1024    64, 128        64 … 512       64 … 512
//	first image of G   4×4×1024      4×4×1024      7×7×128        4×4×512        4×4×512
//	fully connected    –             –             1024 in both   –              –
//	labels             –             –             at every layer –              –
//	kernel             5×5           5×5           5×5            4×4            5×5
//	padding            2             2             2              1              "same" (1 and 2)
//	first up           stride 2      stride 2      stride 2       stride 2       stride 1, uncropped
//	z                  100, U(−1,1)  100, U(−1,1)  100, U(−1,1)   100, N(0,1)    100, N(0,1)
//	batch              128           128           128            64             128
//	batch norm of z's
//	projection         per unit      per unit      per unit       per channel    none, nor ReLU
//	γ and β            yes           yes           no             yes            yes
//	ε of batch norm    1e-8          1e-8          1e-8           1e-5           1e-5
//	biases             none          none          none           none           everywhere
//	first weights      N(0, .02)     N(0, .02)     N(0, .02)      N(0, .02)      Glorot's uniform
//	first γ            N(1, .02)     N(1, .02)     –              N(1, .02)      1
//	dropout on D's x   –             –             –              –              half
//	real labels
//	flipped            –             –             –              –              35 in 100
//	updates            D, then G     D, then G     D, then G      D, then G      simultaneous
//	parameters of G    18,885,760    18,075,904    6,820,538      3,576,704      5,134,339
//	parameters of D    17,232,768    16,422,656    6,688,202      2,765,568      4,316,545
//	source             paper, code   LSUN64        paper, code    PyTorch's      MathWorks'
//	                                               (section 8.1)  example        example
//
// "Code" is the authors' own, github.com/Newmu/dcgan_code. The paper says nothing of biases, and of batch norm only
// where it stands. [MNIST28Unconditional] is [MNIST28] without labels (6,731,328 and 6,629,952 parameters). The same
// everywhere: Adam with rate 2e-4, β1 .5, β2 .999 and ε 1e-8 for both players, k = 1, stride 2, slope .2, the
// non-saturating loss.
//
// They also differ on batch norm after training. The authors' code keeps no moving averages and normalises samples by
// their own batch. Here averages are kept as PyTorch and MATLAB do, and moved a tenth of the way to each new batch, so
// that an image does not depend on its neighbours.
//
// # Other sizes
//
// Networks with only a size and a number of channels are the paper's at that size: Networks{Size: 128, Channels: 1} has
// one more stage and a single channel. The size must be Base·2ⁿ. [Networks.At] brings other networks to a size.
package dcganlib
