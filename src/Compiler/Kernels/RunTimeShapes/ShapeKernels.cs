using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that read or change shapes and keep the elements.</summary>
internal static class ShapeKernels
{
    /// <summary>Identity, and Dropout where it drops nothing.</summary>
    public static Kernel Identity { get; } = new CallKernel(call => call.Tensor(0));

    /// <summary>Dropout: the input; a mask of ones, or from opset 10 on of true, where it is asked for.</summary>
    public static Kernel Dropout { get; } = new CallKernel(call =>
    {
        call.Finish(0, call.Tensor(0), isChecked: false);
        if (!call.Node.HasOutput(1)) return;
        string type = call.OutputType(1);
        call.Writer.Line($"DynamicTensor<{type}> mask = Tensors.Create<{type}>({call.Label}, {call.Lengths(0)});");
        call.Writer.Line($"mask.Span.Fill({(type == "bool" ? "true" : $"({type})1")});");
        call.Finish(1, "mask", isChecked: false);
    })
    { ParameterInputs = [1, 2], Serves = static (node, context) => !Operators.Shaping.Dropout.MayTrain(node, context.Constant) };

    /// <summary>Flatten.</summary>
    public static Kernel Flatten { get; } = new CallKernel(call => $"Reshaping.Flatten({call.Label}, {call.Tensor(0)}, {call.Int("axis", 1)})");

    /// <summary>Reshape.</summary>
    public static Kernel Reshape { get; } = new CallKernel(call =>
    {
        string shape = call.Node.Operator.Version < 5 ? call.List(call.Node.Attributes.Ints("shape") ?? []) : call.Longs(1);
        return $"Reshaping.Reshape({call.Label}, {call.Tensor(0)}, {shape}, allowZero: {call.Flag("allowzero", 0)})";
    })
    { ParameterInputs = [1], IsChecked = true };

    /// <summary>Squeeze.</summary>
    public static Kernel Squeeze { get; } = new CallKernel(call =>
    {
        bool areGiven = call.Node.HasInput(1) || call.Node.Attributes.Has("axes");
        return $"Reshaping.Squeeze({call.Label}, {call.Tensor(0)}, {Axes(call)}, areGiven: {(areGiven ? "true" : "false")})";
    })
    { ParameterInputs = [1], IsChecked = true };

    /// <summary>Unsqueeze.</summary>
    public static Kernel Unsqueeze { get; } = new CallKernel(call => $"Reshaping.Unsqueeze({call.Label}, {call.Tensor(0)}, {Axes(call)})")
    { ParameterInputs = [1] };

    /// <summary>Shape: as many lengths as the rank says, so the output is a span.</summary>
    public static Kernel Shape { get; } = new CallKernel(call =>
    {
        int rank = call.Rank(0);
        long start = call.Node.Attributes.Int("start", 0);
        start = System.Math.Max(0, System.Math.Min(rank, start < 0 ? start + rank : start));
        call.Writer.Line($"Reshaping.Shape({call.Lengths(0)}, {CSharpLiteral.Of((int)start)}, {call.Writer.Output(0)});");
    });

    /// <summary>Size.</summary>
    public static Kernel Size { get; } = new CallKernel(call => call.Writer.Line($"{call.Writer.Output(0)}[0] = {call.Name(0)}.Length;"));

    /// <summary>ConstantOfShape.</summary>
    public static Kernel ConstantOfShape { get; } = new CallKernel(call =>
    {
        ElementType type = call.OutputElementType(0);
        string value = call.Node.Attributes.Tensor("value") is { } tensor ? LiteralText.Of(tensor, 0, type) : LiteralText.Zero(type);
        return $"Tensors.Fill<{call.OutputType(0)}>({call.Label}, {call.Longs(0)}, {value})";
    })
    { ParameterInputs = [0], IsChecked = true };

    private static string Axes(OpenCall call)
        => call.Node.HasInput(1) ? call.Longs(1) : call.Node.Attributes.Ints("axes") is { } axes ? call.List(axes.AsEnumerable()) : "default";
}
