import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"125. Cassettes are durable runs","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0125-cassettes-are-durable-runs.md","filePath":"docs/project/decisions/0125-cassettes-are-durable-runs.md"}');
const _sfc_main = { name: "project/decisions/0125-cassettes-are-durable-runs.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_125-cassettes-are-durable-runs" tabindex="-1">125. Cassettes are durable runs <a class="header-anchor" href="#_125-cassettes-are-durable-runs" aria-label="Permalink to &quot;125. Cassettes are durable runs&quot;">​</a></h1><ul><li><strong>Area:</strong> Testing</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-28</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Tests want to repeat a run without its models, and to see what a new prompt changes. Libraries of other fields record HTTP requests. Here the unit is a stage.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><ul><li>A cassette has the facts of a durable run. <code>replayRun</code> is an executor that gives them, so it needs no hook in the engine and no change of a graph.</li><li>A replay is a first leg, with facts that aren&#39;t marked as replayed. So sinks and observers get their events, and conditions may answer differently behind a live stage.</li><li>Facts are given in the order of the recording, the facts of live stages too. Live calls begin as soon as the run registers them, because they read their inputs then.</li><li>A call that isn&#39;t recorded is refused, and never made. An unexpected call of a model costs money.</li><li>The times of live calls continue those of the recording.</li><li>Redaction is on, and cuts nothing. The recorded run itself has the true values.</li><li>A cassette is an object, and its text is JSON lines. Files are the user&#39;s, so the main entry imports nothing of Node.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><ul><li>The limits of durable runs apply: JSON only, and no interceptor around a child pipeline or a map (<code>core/not-durable</code>).</li><li>Core exports <code>eventSinkOf(graph)</code>, so that a recording can pass events on to the sink of the graph.</li><li><code>stage.{name}.started</code> and chunks of replayed stages aren&#39;t sent.</li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0125-cassettes-are-durable-runs.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0125CassettesAreDurableRuns = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0125CassettesAreDurableRuns as default
};
