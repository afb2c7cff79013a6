import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"93. The default policy of a buffered sink is block","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0093-buffered-sink-blocks.md","filePath":"docs/project/decisions/0093-buffered-sink-blocks.md"}');
const _sfc_main = { name: "project/decisions/0093-buffered-sink-blocks.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_93-the-default-policy-of-a-buffered-sink-is-block" tabindex="-1">93. The default policy of a buffered sink is <code>block</code> <a class="header-anchor" href="#_93-the-default-policy-of-a-buffered-sink-is-block" aria-label="Permalink to &quot;93. The default policy of a buffered sink is \`block\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A stalled sink must not lose the end of a run, and must not delay it.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The sink never drops an event that it took, and the emitter sees a refusal. Terminal events have the same number of places again, reserved for them.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>While the sink stalls, <code>tryEmit</code> returns false for ordinary events.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0093-buffered-sink-blocks.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0093BufferedSinkBlocks = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0093BufferedSinkBlocks as default
};
