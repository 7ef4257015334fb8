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
}
