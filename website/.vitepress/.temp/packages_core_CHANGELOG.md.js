import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/core","description":"","frontmatter":{},"headers":[],"relativePath":"packages/core/CHANGELOG.md","filePath":"packages/core/CHANGELOG.md"}');
const _sfc_main = { name: "packages/core/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-core" tabindex="-1">@stageflow/core <a class="header-anchor" href="#stageflow-core" aria-label="Permalink to &quot;@stageflow/core&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>The engine. It runs typed stages in a graph: each stage starts the moment its own dependencies settle. Runs cancel and fail cleanly, and every result has a report of everything that happened. Pipelines nest, repeat and map over lists. Interceptors wrap stages and runs, and events go to a sink of your choice. A stage may suspend its run until an answer comes, or until a time: <code>@stageflow/core/durable</code> resumes it. <code>answerSchema</code> checks an answer before it counts. Interceptors admit each request to a durable or suspended run with <code>admit</code>, and what they keep is part of the run. <code>repeatUntil</code> of <code>@stageflow/core/repeat</code> runs a child pipeline again while its guard fails. <code>@stageflow/core/redaction</code> makes values safe to log, and <code>@stageflow/core/kit</code> has what authors of plugins share.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/core/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
