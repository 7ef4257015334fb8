using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Layers over channels of floats whose spatial lengths are known at run time only.</summary>
internal static class WindowKernels
{
    /// <summary>Conv.</summary>
    public static Kernel Conv { get; } = new CallKernel(static call => $"{Convolution(call)}.Run({Operands(call)})") { Serves = Serves };

    /// <summary>ConvTranspose, unless the node states the output's lengths.</summary>
    public static Kernel ConvTranspose { get; } = new CallKernel(static call => $"{Convolution(call)}.RunTransposed({Operands(call)}, {Numbers(call, "output_padding", call.Rank(0) - 2, 0)})")
    { Serves = static (node, context) => node.Attributes.Ints("output_shape") is not { IsEmpty: false } && Serves(node, context) };

    /// <summary>BatchNormalization by known statistics, from opset 7 on.</summary>
    public static Kernel BatchNormalization { get; } = new CallKernel(static call =>
        $"ChannelNormalisation.Batch({call.Label}, {call.View(0)}, {call.Elements(1)}, {call.Elements(2)}, {call.Elements(3)}, {call.Elements(4)}, {Epsilon(call)})")
    {
        // Until opset 8 an attribute could ask for statistics of every element.
        Serves = static (node, context) => AreFloats(node, context) && node.Operator.Version >= 7 && node.Attributes.Int("spatial", 1) != 0
            && node.Attributes.Int("training_mode", 0) == 0 && node.Outputs.Skip(1).All(o => o.Length == 0),
    };

    /// <summary>InstanceNormalization.</summary>
    public static Kernel InstanceNormalization { get; } = new CallKernel(static call =>
        $"ChannelNormalisation.Instance({call.Label}, {call.View(0)}, {call.Elements(1)}, {call.Elements(2)}, {Epsilon(call)})")
    { Serves = AreFloats };

    private static bool AreFloats(Node node, KernelContext context) => node.Inputs.All(i => context.ElementType(i) == ElementType.Float32);

    private static string Epsilon(OpenCall call) => CSharpLiteral.Of(call.Node.Attributes.Float("epsilon", 1e-5f));

    /// <summary>Floats; a kernel_shape is the filters' shape, which must be known to be compared.</summary>
    private static bool Serves(Node node, KernelContext context)
        => context.ElementType(node.Inputs[0]) == ElementType.Float32 && (node.Attributes.Ints("kernel_shape") is null || !context.Type(node.Inputs[1]).IsOpen);

    private static string Convolution(OpenCall call)
    {
        int rank = call.Rank(0) - 2;
        string autoPad = call.Node.Attributes.String("auto_pad", "NOTSET");
        return $"new OpenConvolution({call.Label}, {call.Int("group", 1)}, {Numbers(call, "strides", rank, 1)}, {Numbers(call, "dilations", rank, 1)}, "
            + $"{Numbers(call, "pads", 2 * rank, 0)}, {CSharpLiteral.Of(autoPad.Length == 0 ? "NOTSET" : autoPad)})";
    }

    private static string Operands(OpenCall call) => $"{call.View(0)}, {call.View(1)}, {(call.Node.HasInput(2) ? call.Elements(2) : "default")}";

    private static string Numbers(OpenCall call, string attribute, int count, long otherwise)
        => call.List(call.Node.Attributes.Ints(attribute) is { } given ? given : Enumerable.Repeat(otherwise, count));
}
