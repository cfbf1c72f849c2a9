Documentation.addTranslations({
  "locale": "ko",
  "plural_expr": "0",
  "messages": {
    "Hide Search Matches": "검색어 표시 지우기",
    "Preparing search...": "검색을 준비하는 중입니다...",
    "Search Page": "검색",
    "Search Results": "검색 결과",
    "Search finished, found one page matching the search query.": ["${resultCount}쪽을 찾았습니다."],
    "Searching": "찾는 중입니다",
    "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.": "찾는 말이 있는 쪽이 없습니다. 낱말을 바르게 썼는지 확인해 주십시오."
  }
});
