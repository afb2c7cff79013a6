const _imports_0 = "/assets/run.CyiEKcVs.svg";
export {
  _imports_0 as _
};
