using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>
/// Shapes, axes and the like that are computed at run time. The shapes of the outputs are those that the file declares; every step
/// that relies on them checks first that the values give them.
/// </summary>
internal static class RunTimeParameters
{
    /// <summary>What generated code says above the check.</summary>
    public const string Why = "// The output's shape follows from values of run time: they must give the shape that the file declares.";

    /// <summary>Whether one of the inputs from an index on is computed at run time.</summary>
    public static bool AreGiven(Node node, KernelContext context, int first)
        => node.Inputs.Skip(first).Any(i => i.Length > 0 && context.Constant(i) is null);

    /// <summary>How messages of generated code name a node, as a C# literal.</summary>
    public static string Label(Node node) => CSharpLiteral.Of(node.Label);

    /// <summary>The name of a span of long with an input's elements; those of another type are converted first. There are few: at most two an axis.</summary>
    public static string Longs(StepWriter writer, KernelContext context, int input)
    {
        string name = writer.Input(input);
        string value = writer.Step.Inputs[input];
        if (context.ElementType(value) == ElementType.Int64) return name;
        string count = CSharpLiteral.Of(context.Count(value));
        writer.Line($"Span<long> {name}Long = stackalloc long[{count}];");
        writer.Line($"for (int i = 0; i < {count}; i++) {name}Long[i] = {name}[i];");
        return name + "Long";
    }

    /// <summary>Lengths as C# text.</summary>
    public static string List(int[] lengths) => "[" + string.Join(", ", lengths.Select(CSharpLiteral.Of)) + "]";
}
