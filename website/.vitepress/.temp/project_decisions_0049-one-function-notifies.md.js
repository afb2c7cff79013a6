import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"49. One function notifies observers, one reads outputs","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0049-one-function-notifies.md","filePath":"docs/project/decisions/0049-one-function-notifies.md"}');
const _sfc_main = { name: "project/decisions/0049-one-function-notifies.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_49-one-function-notifies-observers-one-reads-outputs" tabindex="-1">49. One function notifies observers, one reads outputs <a class="header-anchor" href="#_49-one-function-notifies-observers-one-reads-outputs" aria-label="Permalink to &quot;49. One function notifies observers, one reads outputs&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Each place that called a hook, or read the return value of a stage, did it in its own way.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>tell</code> (<code>report/notebook.ts</code>) calls the hooks that only watch. <code>readOutput</code> reads the return value of a stage.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The parts of a call have their own loop, because a closure for each part would cost more than the call.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0049-one-function-notifies.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0049OneFunctionNotifies = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0049OneFunctionNotifies as default
};
