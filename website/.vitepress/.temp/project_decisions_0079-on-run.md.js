import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"79. Interceptors follow runs with onRun","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0079-on-run.md","filePath":"docs/project/decisions/0079-on-run.md"}');
const _sfc_main = { name: "project/decisions/0079-on-run.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_79-interceptors-follow-runs-with-onrun" tabindex="-1">79. Interceptors follow runs with <code>onRun</code> <a class="header-anchor" href="#_79-interceptors-follow-runs-with-onrun" aria-label="Permalink to &quot;79. Interceptors follow runs with \`onRun\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><code>auth</code> stands first in the list, so a run that it refuses never reaches the layers of metrics, traces and logs. Observers of runs see it, and cost less than a layer around the run. They were the hooks <code>runStarted</code> and <code>runSettled</code> at first. With these, each interceptor had to look up the state of a run. Tracing needed a <code>wrapRun</code> to set an async context, which made each run asynchronous.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>onRun(run)</code> returns an object in which the interceptor keeps the state of that run. If it doesn&#39;t need a run, it returns undefined and costs nothing further: for example, logging with a silent logger, or tracing without an SDK. <code>enter</code> sets an async context around the whole run, synchronously. <code>settled</code> stays, for interceptors without state.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><ul><li>Tracing opens the span of a run before any interceptor wraps the run. A run that authentication refuses has its span, and the span of a key fetch is below it. The spans of cleanups are directly below the run, not below the stage that happened to end last.</li><li>Logging checks when a run starts whether the logger is silent.</li><li>The metrics keep the runs in flight as a linked list of their parts, because a map with a new key for each run costs more.</li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0079-on-run.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0079OnRun = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0079OnRun as default
};
