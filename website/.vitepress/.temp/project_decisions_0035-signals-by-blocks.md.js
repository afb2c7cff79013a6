import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"35. Signals are shared by blocks of 64 stages","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0035-signals-by-blocks.md","filePath":"docs/project/decisions/0035-signals-by-blocks.md"}');
const _sfc_main = { name: "project/decisions/0035-signals-by-blocks.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_35-signals-are-shared-by-blocks-of-64-stages" tabindex="-1">35. Signals are shared by blocks of 64 stages <a class="header-anchor" href="#_35-signals-are-shared-by-blocks-of-64-stages" aria-label="Permalink to &quot;35. Signals are shared by blocks of 64 stages&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>One signal for a whole run is cheapest for small graphs. But to add a listener, a signal walks its list of listeners, so 100,000 listening stages would take quadratic time.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Up to 64 stages share an abort signal. A larger graph has one for each block of 64.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><a href="/project/decisions/0051-speed-needs-a-row">decision 51</a> has the figures.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0035-signals-by-blocks.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0035SignalsByBlocks = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0035SignalsByBlocks as default
};
