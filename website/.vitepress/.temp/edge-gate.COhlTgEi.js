const _imports_0 = "/assets/edge-gate.Cu_PUhzZ.svg";
export {
  _imports_0 as _
};
