import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/durable-restate","description":"","frontmatter":{},"headers":[],"relativePath":"packages/durable-restate/CHANGELOG.md","filePath":"packages/durable-restate/CHANGELOG.md"}');
const _sfc_main = { name: "packages/durable-restate/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-durable-restate" tabindex="-1">@stageflow/durable-restate <a class="header-anchor" href="#stageflow-durable-restate" aria-label="Permalink to &quot;@stageflow/durable-restate&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>durableWorkflow</code> makes a <a href="https://restate.dev" target="_blank" rel="noreferrer">Restate</a> workflow of a pipeline: its runs survive crashes, wait for answers for days, and spread over machines. Stages with <code>placement: &#39;service&#39;</code> run where <code>durableService</code> is served. <code>durableClient</code> starts runs, attaches to them, answers and cancels them. Clients and workers share a <code>secret</code>: the interceptors of the graph admit callers where the client is, and the workflow takes only what that client has signed. Answers may come before their questions, questions may have a time, and <code>retryFailed</code> goes on with a failed run. <code>moveRun</code> lets a run go on with a changed graph.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/durable-restate/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
