// The page's words in its two languages, under the same names.
"use strict";

globalThis.text = {
  en: {
    title: "Seed in, digit out",
    lead: "A seed decides 100 random numbers, z. The generator G, a small DCGAN, turns z and a label into a picture. " +
      "It runs in this page: the same seed gives the same digit, here and in the command line.",
    book: "← The book",
    language: "Language",
    seed: "Seed",
    next: "Next seed",
    label: "Label",
    all: "all",
    walk: "Walk",
    to: "to seed",
    sheet: "A hundred at once",
    model: "G learned in 4,000 iterations from 50,000 of MNIST's handwritten digits and their labels.",
    notice: "Terms of the data",
    loading: "Loading the generator …",
    file: "A browser does not start WebAssembly from a file. In the folder of the book, run\n" +
      "python3 -m http.server\nand open http://localhost:8000",
    failed: "This did not work: ",
    seeds: (most) => `A seed is a whole number from 0 to ${most}.`,
    digit: (label) => `a generated ${label}`,
    digits: (n) => `${n} generated digits in rows of ten`,
    same: "The same from the command line: ",
    between: (t) => `z is ${(1 - t).toFixed(2)} of the first seed's and ${t.toFixed(2)} of the second's.`,
    time: (open, n, ms) => `Ready in ${open.toFixed(1)} s. ${n === 1 ? "This digit took" : `These ${n} digits took`} ${ms.toFixed(0)} ms.`,
  },
  ko: {
    title: "시드를 넣으면 숫자가 나온다",
    lead: "시드가 난수 100개, 곧 z를 정합니다. 작은 DCGAN인 생성자 G가 z와 레이블을 그림으로 바꿉니다. " +
      "계산은 이 페이지 안에서 합니다. 시드가 같으면 여기서도 명령줄에서도 같은 숫자가 나옵니다.",
    book: "← 책으로",
    language: "언어",
    seed: "시드",
    next: "다음 시드",
    label: "레이블",
    all: "모두",
    walk: "걷기",
    to: "도착 시드",
    sheet: "백 개를 한꺼번에",
    model: "G는 MNIST 손글씨 숫자 50,000개와 그 레이블로 4,000번 반복하여 학습했습니다.",
    notice: "데이터 이용 조건",
    loading: "생성자를 불러오는 중 …",
    file: "브라우저는 파일로 연 페이지에서 WebAssembly를 실행하지 않습니다. 책 폴더에서\n" +
      "python3 -m http.server\n를 실행하고 http://localhost:8000 을 여십시오.",
    failed: "실패했습니다: ",
    seeds: (most) => `시드는 0부터 ${most}까지의 정수여야 합니다.`,
    digit: (label) => `생성한 숫자 ${label}`,
    digits: (n) => `생성한 숫자 ${n}개, 한 줄에 열 개씩`,
    same: "명령줄에서 같은 숫자를 그리려면: ",
    between: (t) => `z는 첫 시드의 ${(1 - t).toFixed(2)}배와 둘째 시드의 ${t.toFixed(2)}배를 더한 것입니다.`,
    time: (open, n, ms) => `준비 ${open.toFixed(1)}초. 숫자 ${n}개에 ${ms.toFixed(0)}ms 걸렸습니다.`,
  },
};
