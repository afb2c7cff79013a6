import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"31. If when throws, its stage fails without a started event","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0031-throwing-when-has-no-start.md","filePath":"docs/project/decisions/0031-throwing-when-has-no-start.md"}');
const _sfc_main = { name: "project/decisions/0031-throwing-when-has-no-start.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_31-if-when-throws-its-stage-fails-without-a-started-event" tabindex="-1">31. If <code>when</code> throws, its stage fails without a <code>started</code> event <a class="header-anchor" href="#_31-if-when-throws-its-stage-fails-without-a-started-event" aria-label="Permalink to &quot;31. If \`when\` throws, its stage fails without a \`started\` event&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The code of the stage was never called.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The stage fails. It has no <code>started</code> event, and its record has no start time.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>stage.NAME.failed</code> can come without a <code>started</code> before it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0031-throwing-when-has-no-start.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0031ThrowingWhenHasNoStart = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0031ThrowingWhenHasNoStart as default
};
