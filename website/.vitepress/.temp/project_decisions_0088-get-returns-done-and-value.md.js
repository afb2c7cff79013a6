import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"88. get of a queue returns { done, value }","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0088-get-returns-done-and-value.md","filePath":"docs/project/decisions/0088-get-returns-done-and-value.md"}');
const _sfc_main = { name: "project/decisions/0088-get-returns-done-and-value.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_88-get-of-a-queue-returns-done-value" tabindex="-1">88. <code>get</code> of a queue returns <code>{ done, value }</code> <a class="header-anchor" href="#_88-get-of-a-queue-returns-done-value" aria-label="Permalink to &quot;88. \`get\` of a queue returns \`{ done, value }\`&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>In the predecessor in Python, <code>None</code> meant the end, so <code>None</code> couldn&#39;t be an item.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>get</code> returns <code>{ done, value }</code>. <code>put</code> returns whether the queue is open, <code>tryPut</code> whether the item went in.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The two differ if a policy drops the item.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0088-get-returns-done-and-value.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0088GetReturnsDoneAndValue = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0088GetReturnsDoneAndValue as default
};
