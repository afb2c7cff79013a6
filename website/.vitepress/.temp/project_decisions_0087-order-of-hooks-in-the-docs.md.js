import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"87. The documentation teaches hooks from the simplest one","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0087-order-of-hooks-in-the-docs.md","filePath":"docs/project/decisions/0087-order-of-hooks-in-the-docs.md"}');
const _sfc_main = { name: "project/decisions/0087-order-of-hooks-in-the-docs.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_87-the-documentation-teaches-hooks-from-the-simplest-one" tabindex="-1">87. The documentation teaches hooks from the simplest one <a class="header-anchor" href="#_87-the-documentation-teaches-hooks-from-the-simplest-one" aria-label="Permalink to &quot;87. The documentation teaches hooks from the simplest one&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>An interceptor has five hooks. Most need one.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The order is <code>settled</code>, <code>onCall</code>, <code>wrap</code>, <code>wrapRun</code>; <code>onRun</code> is advanced. What an interceptor contributes to a call is its <em>part</em>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The guide <a href="/how-to/write-an-interceptor">Write an interceptor</a> follows it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0087-order-of-hooks-in-the-docs.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0087OrderOfHooksInTheDocs = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0087OrderOfHooksInTheDocs as default
};
