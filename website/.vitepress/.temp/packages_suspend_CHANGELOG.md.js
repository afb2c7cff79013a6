import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/suspend","description":"","frontmatter":{},"headers":[],"relativePath":"packages/suspend/CHANGELOG.md","filePath":"packages/suspend/CHANGELOG.md"}');
const _sfc_main = { name: "packages/suspend/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-suspend" tabindex="-1">@stageflow/suspend <a class="header-anchor" href="#stageflow-suspend" aria-label="Permalink to &quot;@stageflow/suspend&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Stores a suspended run as JSON, and resumes it in another process, also after a deploy. <code>suspendedState</code> writes a versioned state and refuses values that JSON would change. <code>resume</code> checks the state, and that its stages still fit the graph, before anything runs. <code>pendingRequests</code> lists the questions that a run waits for, and their times. <code>resume</code> has the interceptors admit the person who answers, and the run goes on for the user who began it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/suspend/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
