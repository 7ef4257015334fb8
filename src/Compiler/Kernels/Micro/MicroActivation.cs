using System;
using System.Collections.Immutable;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>Fused activations as calls of RedGen's own mathematics.</summary>
internal static class MicroActivation
{
    private static readonly ImmutableDictionary<string, string> Functions = ImmutableDictionary<string, string>.Empty
        .Add("default(Identity)", "{0}").Add("default(Relu)", "MicroMath.Max(0f, {0})").Add("default(Sigmoid)", "MicroMath.Sigmoid({0})").Add("default(Tanh)", "MicroMath.Tanh({0})")
        .Add("default(Softplus)", "MicroMath.Softplus({0})").Add("default(HardSwish)", "MicroMath.HardSwish({0})").Add("new Silu(1f)", "MicroMath.Silu({0})");

    private static readonly string[] WithParameters = ["LeakyRelu", "HardSigmoid", "Elu"];

    /// <summary>Whether the activation has a form.</summary>
    public static bool Serves(FusedActivation activation) => Format(activation) is not null;

    /// <summary>The activation of a value.</summary>
    public static string Apply(FusedActivation activation, string value) => Format(activation)!.Replace("{0}", value);

    private static string? Format(FusedActivation activation)
    {
        if (Functions.TryGetValue(activation.Expression, out string? format)) return format;
        int open = activation.Expression.IndexOf('(');
        if (!activation.Expression.StartsWith("new ", StringComparison.Ordinal) || open < 0) return null;
        string name = activation.Expression.Substring(4, open - 4);
        string arguments = activation.Expression.Substring(open + 1).TrimEnd(')');
        if (name == "Clip")
        {
            string[] limits = arguments.Split([", "], StringSplitOptions.None);
            return $"MicroMath.Min({limits[1]}, MicroMath.Max({limits[0]}, {{0}}))";
        }

        return Array.IndexOf(WithParameters, name) >= 0 ? $"MicroMath.{name}({{0}}, {arguments})" : null;
    }
}
