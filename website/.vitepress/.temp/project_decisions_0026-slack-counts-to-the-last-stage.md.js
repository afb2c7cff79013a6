import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"26. Slack counts to the last settled stage","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0026-slack-counts-to-the-last-stage.md","filePath":"docs/project/decisions/0026-slack-counts-to-the-last-stage.md"}');
const _sfc_main = { name: "project/decisions/0026-slack-counts-to-the-last-stage.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_26-slack-counts-to-the-last-settled-stage" tabindex="-1">26. Slack counts to the last settled stage <a class="header-anchor" href="#_26-slack-counts-to-the-last-settled-stage" aria-label="Permalink to &quot;26. Slack counts to the last settled stage&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Cleanups and the grace time come after the last stage, and give no stage time to spare. If slack counted to the end of the run, a stage delayed by less than its slack would make the run longer.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The slack of a stage ends at the last settled stage, not at the end of the run.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The slack in a report is time that you can really use.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0026-slack-counts-to-the-last-stage.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0026SlackCountsToTheLastStage = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0026SlackCountsToTheLastStage as default
};
