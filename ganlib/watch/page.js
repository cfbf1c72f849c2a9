// Fetches the page every two seconds and replaces the parts that have changed.
setInterval(async () => {
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = next.title;
    for (const id of ["header", "main", "figure"]) {
      const now = document.getElementById(id), then = next.getElementById(id);
      if (now.innerHTML !== then.innerHTML) now.replaceWith(document.adoptNode(then));
    }
  } catch {} // gan watch has ended; it may start again
}, 2000);
