// Package watch follows a run with the eyes: in a terminal, in a notebook, in a
// browser, while training goes on or long after.
//
//   - [Plot] draws a run's history as one picture of panels, with the lines that
//     theory draws, and the last samples beside them;
//   - [Line] says in a few words what one record measured;
//   - [Page] serves both on a page for the browsers of this machine, which
//     follows a run from another process;
//   - package ganlib/watch/live does so in a cell of a notebook.
//
// It reads runs and changes nothing in them. What the numbers mean, it leaves to
// others: [Page] takes a function that says so in words.
package watch
