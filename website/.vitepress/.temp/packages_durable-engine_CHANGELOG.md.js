import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/durable-engine","description":"","frontmatter":{},"headers":[],"relativePath":"packages/durable-engine/CHANGELOG.md","filePath":"packages/durable-engine/CHANGELOG.md"}');
const _sfc_main = { name: "packages/durable-engine/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-durable-engine" tabindex="-1">@stageflow/durable-engine <a class="header-anchor" href="#stageflow-durable-engine" aria-label="Permalink to &quot;@stageflow/durable-engine&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>durableRuns()</code> carries runs that outlive their process, over a journal. It has the admission of callers, legs with a lease and a fence, answers, early answers, times of questions, recovery, and retries after a failure. What it does with a journal is a generator that asks the tables, so a journal that answers at once costs no promise. The entry <code>/contract</code> has the executors of a journal, for the contracts of executors. <code>schedule()</code> starts runs by a cron expression, once over all processes. An answer that is given without the graph is checked by the JSON Schema of its question. Results are kept as references to facts. <code>runsReader()</code> only looks at a journal. <code>@stageflow/durable-local</code> is built on it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/durable-engine/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
