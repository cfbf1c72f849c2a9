// A browser does not start WebAssembly from a file: there, links to pages that need it lead nowhere, and a sentence below
// says how to have them.
if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    for (const link of document.querySelectorAll("a.compute")) link.removeAttribute("href");
  });
}
