import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"91. Our own filter resamples audio","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0091-own-resampler.md","filePath":"docs/project/decisions/0091-own-resampler.md"}');
const _sfc_main = { name: "project/decisions/0091-own-resampler.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_91-our-own-filter-resamples-audio" tabindex="-1">91. Our own filter resamples audio <a class="header-anchor" href="#_91-our-own-filter-resamples-audio" aria-label="Permalink to &quot;91. Our own filter resamples audio&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Of the existing libraries, one is far larger than this package, one is unmaintained, and one can&#39;t stream.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A polyphase filter over a table of sinc values.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Tests hold its quality to what the guide says.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0091-own-resampler.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0091OwnResampler = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0091OwnResampler as default
};
