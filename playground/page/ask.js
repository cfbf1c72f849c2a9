// The game's thread, asked by name.

export class Game {
  // told hears how much of the program has been loaded, {loaded, total}; broken, why there is none: see worker.js.
  constructor(told, broken) {
    this.waiting = new Map();
    this.next = 1;
    this.worker = new Worker('worker.js');
    this.broken = broken;
    this.worker.onmessage = ({ data }) => {
      this.heard = true;
      if (data.broken) this.end(data.broken);
      else if (data.id === undefined) told(data);
      else this.answered(data);
    };
    // The event of a script that cannot be fetched has no message.
    this.worker.onerror = ({ message }) => {
      const why = message ? 'unloaded.damaged' : 'unloaded.absent';
      this.end(this.heard ? { error: message } : { why, file: 'worker.js' });
    };
  }

  answered({ id, error, result, arrays }) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    this.waiting.delete(id);
    if (error === undefined) asked.resolve({ result, arrays });
    else asked.reject(new Error(error));
  }

  // end rejects all that waits, and all that is asked from now on.
  end(why) {
    if (this.ended) return;
    this.ended = new Error(why.error ?? why.why);
    this.broken(why);
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }

  // call resolves to {result, arrays}.
  call(name, args, bytes) {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, name, args, bytes }, bytes ? [bytes.buffer] : []);
    });
  }
}
