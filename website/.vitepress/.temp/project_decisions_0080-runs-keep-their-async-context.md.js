import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"80. Each run continues in its own async context","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0080-runs-keep-their-async-context.md","filePath":"docs/project/decisions/0080-runs-keep-their-async-context.md"}');
const _sfc_main = { name: "project/decisions/0080-runs-keep-their-async-context.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_80-each-run-continues-in-its-own-async-context" tabindex="-1">80. Each run continues in its own async context <a class="header-anchor" href="#_80-each-run-continues-in-its-own-async-context" aria-label="Permalink to &quot;80. Each run continues in its own async context&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-26</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Code anywhere may end a call: the timer of another run, code that outlived its stage, the request that cancels. The next stages and the cleanups would then find the tenant or the span of another run.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A run that waits keeps its own async context through a promise that it awaits, and continues there. The promise of a stage&#39;s code is awaited outside its layers. Before, the async context that a <code>wrap</code> set around the code reached the stages after it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>This costs one promise for a run that waits, one more each time that other code ends a call, and none for runs without interceptors.</p><p>Listeners of a signal run in the context of the code that aborts it, as everywhere in JavaScript. Timers serve all runs, so a limit expires in the context of its own run. If a run without interceptors is cancelled by other code, its cleanups run in the context of that code.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0080-runs-keep-their-async-context.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0080RunsKeepTheirAsyncContext = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0080RunsKeepTheirAsyncContext as default
};
