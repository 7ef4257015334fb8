using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that move elements to places which follow from shapes and parameters.</summary>
internal static class MoveKernels
{
    /// <summary>Transpose.</summary>
    public static Kernel Transpose { get; } = new CallKernel(call =>
    {
        string permutation = call.Node.Attributes.Ints("perm") is { } given ? call.List(given.AsEnumerable()) : "default";
        return $"Moving.Transpose<{call.Type(0)}>({call.Label}, {call.View(0)}, {permutation})";
    });

    /// <summary>Expand.</summary>
    public static Kernel Expand { get; } = new CallKernel(call => $"Moving.Expand<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Longs(1)})")
    { ParameterInputs = [1], IsChecked = true };

    /// <summary>Tile, from opset 6 on.</summary>
    public static Kernel Tile { get; } = new CallKernel(call => $"Moving.Tile<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Longs(1)})")
    { ParameterInputs = [1], IsChecked = true, Serves = (node, context) => node.Operator.Version >= 6 && context.ElementType(node.Inputs[1]).IsIndex() };

    /// <summary>Slice.</summary>
    public static Kernel Slice { get; } = new CallKernel(call =>
    {
        bool areAttributes = call.Node.Operator.Version < 10;
        string Parameter(int input, string name) => !areAttributes ? call.Longs(input)
            : call.Node.Attributes.Ints(name) is { } given ? call.List(given.AsEnumerable()) : "default";
        return $"Moving.Slice<{call.Type(0)}>({call.Label}, {call.View(0)}, {Parameter(1, "starts")}, {Parameter(2, "ends")}, {Parameter(3, "axes")}, {Parameter(4, "steps")})";
    })
    { ParameterInputs = [1, 2, 3, 4], IsChecked = true };

    /// <summary>Split.</summary>
    public static Kernel Split { get; } = new CallKernel(call =>
    {
        string lengths = call.Node.HasInput(1) ? call.Longs(1) : call.Node.Operator.Version < 13 && call.Node.Attributes.Ints("split") is { } given ? call.List(given.AsEnumerable()) : "default";
        string isUneven = call.Node.Operator.Version >= 18 ? "true" : "false";
        call.Writer.Line($"DynamicTensor<{call.Type(0)}>[] parts = Moving.Split<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Axis(call.Rank(0))}, {CSharpLiteral.Of(call.Node.Outputs.Length)}, {lengths}, isUneven: {isUneven});");
        for (int i = 0; i < call.Node.Outputs.Length; i++)
            if (call.Node.HasOutput(i)) call.Finish(i, $"parts[{CSharpLiteral.Of(i)}]", isChecked: true);
    })
    { ParameterInputs = [1], Serves = (node, context) => !node.HasInput(1) || context.ElementType(node.Inputs[1]).IsIndex() };

    /// <summary>Concat.</summary>
    public static Kernel Concat { get; } = new CallKernel(call =>
    {
        string parts = string.Join(", ", Enumerable.Range(0, call.Node.Inputs.Length).Select(call.Tensor));
        string list = call.Writer.Plan.Options.IsPortable ? $"new[] {{ {parts} }}" : $"[{parts}]";
        return $"Moving.Concat<{call.Type(0)}>({call.Label}, {call.Axis(call.Rank(0), call.Node.Operator.Version < 4 ? 1 : 0)}, {list})";
    });

    /// <summary>Pad.</summary>
    public static Kernel Pad { get; } = new CallKernel(call =>
    {
        bool areAttributes = call.Node.Operator.Version < 11;
        string pads = areAttributes ? call.List((call.Node.Attributes.Ints("pads") ?? call.Node.Attributes.Ints("paddings") ?? []).AsEnumerable()) : call.Longs(1);
        // No axes would mean all of them to the runtime.
        if (call.Node.HasInput(3) && call.Parameters.Shape(3) is { IsStatic: true, ElementCount: 0 }) pads = call.List(Enumerable.Repeat(0L, 2 * call.Rank(0)));
        string value = call.Node.HasInput(2) && call.Constant(2) is null ? call.Elements(2) + "[0]" : PadKernel.ConstantText(PadWidths.ConstantValue(call.Parameters), call.ElementType(0));
        return $"Moving.Pad<{call.Type(0)}>({call.Label}, {call.View(0)}, {CSharpLiteral.Of(PadWidths.Mode(call.Parameters))}, {pads}, {call.Longs(3)}, {value})";
    })
    { ParameterInputs = [1, 2, 3], IsChecked = true };

    /// <summary>Whether a type is one of indices.</summary>
    private static bool IsIndex(this Graphs.ElementType type) => type is Graphs.ElementType.Int32 or Graphs.ElementType.Int64;
}
