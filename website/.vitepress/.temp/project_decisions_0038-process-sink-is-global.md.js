import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"38. The default sink of a process is on globalThis","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0038-process-sink-is-global.md","filePath":"docs/project/decisions/0038-process-sink-is-global.md"}');
const _sfc_main = { name: "project/decisions/0038-process-sink-is-global.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_38-the-default-sink-of-a-process-is-on-globalthis" tabindex="-1">38. The default sink of a process is on <code>globalThis</code> <a class="header-anchor" href="#_38-the-default-sink-of-a-process-is-on-globalthis" aria-label="Permalink to &quot;38. The default sink of a process is on \`globalThis\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><code>setEventSink()</code> is documented as one setting of the process. With two copies of core it was one per copy.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The sink is kept on <code>globalThis</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>setEventSink()</code> of any copy applies to all of them.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0038-process-sink-is-global.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0038ProcessSinkIsGlobal = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0038ProcessSinkIsGlobal as default
};
