import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/testing","description":"","frontmatter":{},"headers":[],"relativePath":"packages/testing/CHANGELOG.md","filePath":"packages/testing/CHANGELOG.md"}');
const _sfc_main = { name: "packages/testing/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-testing" tabindex="-1">@stageflow/testing <a class="header-anchor" href="#stageflow-testing" aria-label="Permalink to &quot;@stageflow/testing&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Tests pipelines without waiting: a manual clock, an event sink that records, events without a run (<code>eventOf</code>), and a seeded order for stages that are ready at the same time. <code>runStage</code> runs one stage through the real engine with the inputs you give it, and <code>withStubs</code> replaces stages of a pipeline. <code>recordRun</code> records a run as a cassette, <code>replayRun</code> replays it with some stages live, and <code>diffRuns</code> compares two runs. The entry <code>/contract</code> has <code>interceptorContract</code> and <code>sinkContract</code>, which test your own interceptors and sinks with any test runner. The entry <code>/durable</code> has <code>crashAfterEveryFact</code> for durable pipelines, and an executor in memory. The entry <code>/durable/contract</code> has <code>executorContract</code> and <code>executorProcessContract</code> for executors of your own.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/testing/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
