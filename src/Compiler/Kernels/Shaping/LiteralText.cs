using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Elements of constants as C# literals.</summary>
internal static class LiteralText
{
    /// <summary>An element of a constant, as a value of a type.</summary>
    public static string Of(Tensor constant, int index, ElementType type)
    {
        ReferenceTensor values = ReferenceTensor.FromTensor(constant);
        return CSharpLiteral.Of(type, values.Real(index), values.Integers is null ? (long)values.Reals![index] : values.Integers[index]);
    }

    /// <summary>The statement that gives every element of a span one value.</summary>
    public static string Fill(string span, string value) => value is "0" or "0f" or "0d" or "0L" ? $"{span}.Clear();" : $"{span}.Fill({value});";

    /// <summary>The zero of a type.</summary>
    public static string Zero(ElementType type) => CSharpLiteral.Of(type, 0, 0);
}
