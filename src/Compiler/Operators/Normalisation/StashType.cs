using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>The attribute that names the precision of a normalisation's first stage; RedGen's is never lower than that.</summary>
internal static class StashType
{
    /// <summary>Refuses what is no float.</summary>
    public static void Check(InferenceContext context)
    {
        if ((ElementType)context.Attributes.Int("stash_type", 1) is not (ElementType.Float32 or ElementType.BFloat16 or ElementType.Float16 or ElementType.Float64))
            throw context.Unsupported("stash_type", "it must be 1 (float), 10 (float16), 11 (double) or 16 (bfloat16)");
    }
}
