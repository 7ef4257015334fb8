using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Plan.Choices;

/// <summary>The kernels that <c>redgen tune --kernels</c> chose for a model by measuring them; a part of the plan file.</summary>
/// <param name="Options">The options that it holds for, by <see cref="Fingerprint"/>.</param>
/// <param name="Machine">What they were measured on, in words.</param>
/// <param name="Choices">One for each step that had more than one.</param>
public sealed record KernelSelection(string Options, string Machine, ImmutableArray<KernelChoice> Choices)
{
    /// <summary>The options that decide which steps there are and what may compute them, as one line of text.</summary>
    public static string Fingerprint(CompilerOptions options)
    {
        string dims = string.Join(",", options.Dims.Select(d => d.Key + "=" + d.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        string weights = options.Weights is WeightTier.InPlace or WeightTier.Expand ? options.Weights.ToString() : nameof(WeightTier.Auto);
        return $"hashing={options.Hashing} merging={options.Merging} lowering={options.Lowering} weights={weights} optimise={options.Optimise} dims={dims}";
    }
}
