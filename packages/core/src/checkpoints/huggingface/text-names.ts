/** What a model that also reads images has beside its language model. */
const IMAGES = /^(model\.)?(vision_tower|multi_modal_projector)\./;
/** The language model's place, as transformers has written it over time. */
const TEXT = /^(language_model\.model\.|model\.language_model\.)/;

/** The name that a tensor of a model of images and text has in a model of text; undefined for those of images. */
export function textName(name: string): string | undefined {
	if (IMAGES.test(name)) return undefined;
	return name.replace(TEXT, 'model.').replace(/^language_model\.lm_head\./, 'lm_head.');
}
