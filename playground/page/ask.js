// The game's thread, asked by name.

export class Game {
  // told hears how much of the program has been loaded, {loaded, total}; broken, that the thread has failed.
  constructor(told, broken) {
    this.waiting = new Map();
    this.next = 1;
    this.worker = new Worker('worker.js');
    this.worker.onmessage = ({ data }) => {
      if (data.id === undefined) {
        told(data);
        return;
      }
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error === undefined) resolve({ ...data, result: data.result, arrays: data.arrays });
      else reject(new Error(data.error));
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message));
      this.waiting.clear();
      broken(event.message);
    };
  }

  // call resolves to {result, arrays}.
  call(name, args, bytes) {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, name, args, bytes }, bytes ? [bytes.buffer] : []);
    });
  }
}
