import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"23. An item that ends a map doesn't wait for the others","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0023-ended-map-does-not-wait.md","filePath":"docs/project/decisions/0023-ended-map-does-not-wait.md"}`);
const _sfc_main = { name: "project/decisions/0023-ended-map-does-not-wait.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_23-an-item-that-ends-a-map-doesn-t-wait-for-the-others" tabindex="-1">23. An item that ends a map doesn&#39;t wait for the others <a class="header-anchor" href="#_23-an-item-that-ends-a-map-doesn-t-wait-for-the-others" aria-label="Permalink to &quot;23. An item that ends a map doesn&#39;t wait for the others&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If the map waited, one item that ignores its signal would keep a failed run from ending.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The signals of the other items abort. The items then count as code of a stage that has ended: the run waits for them for the grace time.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>If the code of an item outlasts the grace time, the record of the stage has <code>abandoned: true</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0023-ended-map-does-not-wait.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0023EndedMapDoesNotWait = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0023EndedMapDoesNotWait as default
};
