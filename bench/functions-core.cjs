// What the Functions worker provides, for a process that only loads the app.

const Module = require('node:module');

class Disposable {
  dispose() {}
}
const api = {
  version: '3.12.0',
  hostVersion: '4.1043.100.25451',
  registerHook: () => new Disposable(),
  registerFunction: () => new Disposable(),
  setProgrammingModel() {},
  getProgrammingModel() {},
  log() {},
  Disposable,
};
const { require: original } = Module.prototype;
Module.prototype.require = function requireWithCore(name) {
  return name === '@azure/functions-core' ? api : original.call(this, name);
};
