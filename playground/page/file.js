// A page that was opened from a file says why nothing happens: browsers load modules and workers only from a server.
'use strict';

if (location.protocol === 'file:') {
  const said = {
    en: 'A browser starts this page only from a server: run gan playground, or python3 -m http.server in this folder.',
    ko: '이 페이지는 서버에서 열어야 시작됩니다. gan playground를 실행하거나, 이 폴더에서 python3 -m http.server를 실행하세요.',
  };
  const paragraphs = Object.entries(said).map(([lang, textContent]) =>
    Object.assign(document.createElement('p'), { lang, textContent }),
  );
  document.querySelector('main').replaceWith(...paragraphs);
  for (const label of document.querySelectorAll('header label')) label.remove();
}
