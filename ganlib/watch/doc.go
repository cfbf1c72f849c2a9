// Package watch shows a run in a terminal, in a notebook and in a browser, while it trains or long after.
//
//   - [Plot] draws a run's history as one picture of panels, with the values that theory predicts and the newest
//     samples.
//   - [Line] says in a few words what one record holds.
//   - [Page] serves both on a page for the browsers of this machine. It follows a run from another process.
//   - Package ganlib/watch/live draws the picture in a cell of a notebook.
//
// It reads runs and changes nothing in them. What the numbers mean is for others to say: [Page] takes a function that
// does.
package watch
