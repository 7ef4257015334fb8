using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>The activation functions of recurrent layers in C#.</summary>
internal static class ActivationText
{
    /// <summary>A value of one of RedGen.Runtime's activation types.</summary>
    public static string Vector(RecurrentActivation activation, float clip)
    {
        string alpha = CSharpLiteral.Of(activation.Alpha);
        string beta = CSharpLiteral.Of(activation.Beta);
        string value = activation.Name switch
        {
            "Affine" or "HardSigmoid" or "ScaledTanh" => $"new {activation.Name}({alpha}, {beta})",
            "Elu" or "LeakyRelu" or "ThresholdedRelu" => $"new {activation.Name}({alpha})",
            _ => $"default({activation.Name})",
        };
        return float.IsPositiveInfinity(clip) ? value : $"new Clipped<{activation.Name}>({CSharpLiteral.Of(clip)}, {value})";
    }

    /// <summary>An expression of a variable, in float or double.</summary>
    public static string Scalar(RecurrentActivation activation, string x, bool isDouble)
    {
        string Number(float value)
        {
            string text = isDouble ? CSharpLiteral.Of((double)value) : CSharpLiteral.Of(value);
            return value < 0 ? "(" + text + ")" : text;
        }

        string math = isDouble ? "Math" : "MathF";
        string narrow = isDouble ? "" : "(float)";
        string alpha = Number(activation.Alpha);
        string beta = Number(activation.Beta);
        string zero = Number(0);
        string one = Number(1);
        return activation.Name switch
        {
            "Affine" => $"({alpha} * {x}) + {beta}",
            "Elu" => $"{x} < {zero} ? {alpha} * {narrow}ScalarMath.ExpMinusOne({x}) : {x}",
            "HardSigmoid" => $"Math.Min({one}, Math.Max({zero}, ({alpha} * {x}) + {beta}))",
            "LeakyRelu" => $"{x} < {zero} ? {alpha} * {x} : {x}",
            "Relu" => $"Math.Max({zero}, {x})",
            "ScaledTanh" => $"{alpha} * {math}.Tanh({beta} * {x})",
            "Sigmoid" => $"{one} / ({one} + {math}.Exp(-{x}))",
            "Softplus" => $"Math.Max({zero}, {x}) + {narrow}ScalarMath.LogOnePlus(Math.Exp(-Math.Abs({x})))",
            "Softsign" => $"{x} / ({one} + Math.Abs({x}))",
            "Tanh" => $"{math}.Tanh({x})",
            _ => $"{x} >= {alpha} ? {x} : {zero}",
        };
    }
}
