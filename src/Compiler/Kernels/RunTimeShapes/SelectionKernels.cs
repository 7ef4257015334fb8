using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that select elements by their values: how many they find is known at run time only.</summary>
internal static class SelectionKernels
{
    /// <summary>Compress.</summary>
    public static Kernel Compress { get; } = new CallKernel(call => call.Node.Attributes.Has("axis")
        ? $"Compressing.Along<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Elements(1)}, {call.Axis(call.Rank(0))})"
        : $"Compressing.Elements<{call.Type(0)}>({call.Label}, {call.Elements(0)}, {call.Elements(1)})");

    /// <summary>NonMaxSuppression.</summary>
    public static Kernel NonMaxSuppression { get; } = new CallKernel(call =>
    {
        string most = !call.Node.HasInput(2) ? "0" : call.Constant(2) is null ? call.Elements(2) + "[0]" : call.Number(2);
        string isCentred = call.Node.Attributes.Int("center_point_box", 0) != 0 ? "true" : "false";
        return $"NonMaxSuppression.Run({call.Label}, {call.View(0)}, {call.View(1)}, {most}, {Threshold(call, 3, "0f")}, {Threshold(call, 4, "null")}, {isCentred})";
    })
    { ParameterInputs = [2, 3, 4] };

    /// <summary>NonZero.</summary>
    public static Kernel NonZero { get; } = new CallKernel(call => $"NonZero.Run<{call.Type(0)}>({call.Label}, {call.View(0)})");

    /// <summary>TopK, from opset 10 on.</summary>
    public static Kernel TopK { get; } = new CallKernel(call =>
    {
        string count = call.Node.Operator.Version < 10 ? call.Int("k", 0) : call.Constant(1) is null ? call.Elements(1) + "[0]" : call.Number(1);
        string values = call.Node.HasOutput(0) ? $"out DynamicTensor<{call.Type(0)}> values" : "out _";
        string indices = call.Node.HasOutput(1) ? "out DynamicTensor<long> indices" : "out _";
        call.Writer.Line($"TopElements.Find<{call.Type(0)}>({call.Label}, {call.View(0)}, {count}, {call.Axis(call.Rank(0), -1)}, isLargest: {call.Flag("largest", 1)}, {values}, {indices});");
        if (call.Node.HasOutput(0)) call.Finish(0, "values", isChecked: false);
        if (call.Node.HasOutput(1)) call.Finish(1, "indices", isChecked: false);
    })
    { ParameterInputs = [1] };

    /// <summary>Unique.</summary>
    public static Kernel Unique { get; } = new CallKernel(call =>
    {
        string axis = call.Node.Attributes.Has("axis") ? call.Axis(call.Rank(0)) : "-1";
        call.Writer.Line($"var slices = new UniqueSlices<{call.Type(0)}>({call.Label}, {call.View(0)}, axis: {axis}, isSorted: {call.Flag("sorted", 1)});");
        string[] results = ["slices.Values", "slices.First", "slices.Inverse", "slices.Counts"];
        for (int i = 0; i < call.Node.Outputs.Length; i++)
            if (call.Node.HasOutput(i)) call.Finish(i, results[i], isChecked: false);
    });

    private static string Threshold(OpenCall call, int input, string otherwise)
        => !call.Node.HasInput(input) ? otherwise : call.Constant(input) is { } constant ? LiteralText.Of(constant, 0, ElementType.Float32) : call.Elements(input) + "[0]";
}
