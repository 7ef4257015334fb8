using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>A small pooling that is compiled for its sizes (docs/decisions/0014).</summary>
/// <param name="function">RedGen.Runtime.FixedPool's: Max or Average.</param>
/// <param name="channels">Channels.</param>
/// <param name="height">The rows.</param>
/// <param name="width">The pixels of a row.</param>
/// <param name="isSmall">Whether the network is so small that the sizes are constants of its kernel.</param>
internal sealed class FixedPoolStep(string function, int channels, WindowAxis height, WindowAxis width, bool isSmall) : Step
{
    /// <inheritdoc/>
    public override bool HasOwnKernel => isSmall;

    /// <summary>Elements of a network's constants beyond which a tenth of a microsecond does not count, and compiling a kernel of its own does.</summary>
    private const long SmallNetwork = 1 << 16;

    /// <summary>Elements read beyond which set-up no longer counts.</summary>
    private const long MostTaps = 1 << 14;

    /// <summary>Channels below which vectors of them are too empty.</summary>
    private const int LeastChannels = 8;

    public override string Kernel => "ChannelsLast.Fixed.Pool";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>Whether a pooling is small, and its windows lie inside the input.</summary>
    public static bool Serves(int batch, int channels, WindowAxis depth, WindowAxis height, WindowAxis width)
        => batch == 1 && channels >= LeastChannels && depth == WindowAxis.Missing && height.IsInside && width.IsInside
            && (height.Dilation == 1 || height.Kernel == 1) && (width.Dilation == 1 || width.Kernel == 1)
            && (long)channels * height.Out * width.Out * height.Kernel * width.Kernel <= MostTaps;

    /// <summary>Whether a network is small.</summary>
    public static bool IsSmall(Graph graph) => graph.Initializers.Values.Sum(static t => t.Shape.ElementCount) <= SmallNetwork;

    public override void Emit(StepWriter writer) => writer.Line($"FixedPool.{function}({writer.Input(0)}, {writer.Output(0)}, {(isSmall ? $"default({writer.Method}Shape)" : Sizes)});");

    private string Sizes => $"new FixedPoolSizes({channels}, {height.In}, {width.In}, {height.Out}, {width.Out}, {height.Kernel}, {width.Kernel}, {height.Stride}, {width.Stride})";

    internal override void EmitMembers(SourceWriter code, string method)
    {
        if (!isSmall) return;
        code.Line();
        code.Line($"/// <summary>The sizes of <see cref=\"{method}\"/>.</summary>");
        using (code.Block($"private readonly struct {method}Shape : IFixedPool"))
        {
            code.Line($"public int Channels => {channels};");
            code.Line($"public int InHeight => {height.In};");
            code.Line($"public int InWidth => {width.In};");
            code.Line($"public int OutHeight => {height.Out};");
            code.Line($"public int OutWidth => {width.Out};");
            code.Line($"public int KernelHeight => {height.Kernel};");
            code.Line($"public int KernelWidth => {width.Kernel};");
            code.Line($"public int StrideHeight => {height.Stride};");
            code.Line($"public int StrideWidth => {width.Stride};");
            code.Line($"public FixedPoolSizes Sizes => {Sizes};");
        }
    }
}
