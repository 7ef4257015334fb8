using System.Linq;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>The <c>axes</c> of Squeeze and Unsqueeze: an attribute at first, an input later.</summary>
internal static class AxesParameter
{
    /// <summary>The axes as the model states them, or null.</summary>
    public static long[]? Read(InferenceContext context, int inputSince)
    {
        if (context.Version < inputSince) return context.Attributes.Ints("axes") is { } axes ? axes.ToArray() : null;
        return context.HasInput(1) ? context.RequireIntegers(1, "axes") : null;
    }

    /// <summary>The axes as far as they are known at build time; null where they are not, or there are none.</summary>
    public static long[]? TryRead(InferenceContext context, int inputSince)
        => context.Version >= inputSince && context.HasInput(1) && context.Constant(1) is null ? null : Read(context, inputSince);
}
