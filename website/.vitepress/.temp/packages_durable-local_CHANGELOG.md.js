import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/durable-local","description":"","frontmatter":{},"headers":[],"relativePath":"packages/durable-local/CHANGELOG.md","filePath":"packages/durable-local/CHANGELOG.md"}');
const _sfc_main = { name: "packages/durable-local/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-durable-local" tabindex="-1">@stageflow/durable-local <a class="header-anchor" href="#stageflow-durable-local" aria-label="Permalink to &quot;@stageflow/durable-local&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Runs pipelines durably on one machine, with a journal in one SQLite file. <code>run</code> starts a run or attaches to it, <code>resume</code> answers it and <code>answer</code> only keeps the answer, early ones too. <code>retryFailed</code> goes on after a failure. <code>recover</code> takes over what a crash has left, and wakes runs whose time has come. <code>cancel</code>, <code>list</code> and <code>get</code> work from any process. Methods with a graph have the interceptors admit their caller; <code>as(name)</code> acts for a part of the app. <code>schedule</code> starts runs by a cron expression, once over all processes. <code>openJournal</code> looks at a file without changing it. The file keeps its retention. A lease with a fence gives each run one executor, and the facts of all runs of a process share their transactions.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/durable-local/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
