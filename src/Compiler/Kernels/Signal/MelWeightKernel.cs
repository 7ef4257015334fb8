using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Signal;

/// <summary>MelWeightMatrix of numbers of run time: the edges of the bands are found first, then each band is a rise and a fall.</summary>
internal sealed class MelWeightKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        ElementType low = context.ElementType(node.Inputs[3]);
        ElementType high = context.ElementType(node.Inputs[4]);
        if (!group.IsSingle || !DoubleText.Serves(type) || !DoubleText.Serves(low) || !DoubleText.Serves(high)) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        return new MelWeightStep(y[0], y[1], type, low, high)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            WorkspaceLength = y[1] + 2,
            WorkspaceType = ElementType.Int32,
            Summary = $"MelWeightMatrix: {IndexText.Number(y[1])} bands of {IndexText.Number(y[0])} bins",
        };
    }

    private sealed class MelWeightStep(int bins, int bands, ElementType type, ElementType low, ElementType high) : Step
    {
        public override string Kernel => "MelWeights";

        public override void Emit(StepWriter writer)
        {
            string y = writer.Output(0);
            string width = IndexText.Number(bands);
            string edges = writer.Workspace;
            writer.Line("MelBands.Find(");
            using (writer.Code.Indent())
            {
                writer.Line($"{RunTimeParameters.Label(Nodes[0])}, {writer.Input(0)}[0], {writer.Input(1)}[0], {writer.Input(2)}[0],");
                writer.Line($"{DoubleText.Load(low, writer.Input(3) + "[0]")}, {DoubleText.Load(high, writer.Input(4) + "[0]")}, bins: {IndexText.Number(bins)}, {edges});");
            }

            writer.Line($"{y}.Clear();");
            if (bands == 0) return;
            using (writer.Block($"for (int band = 0; band < {width}; band++)"))
            {
                string at = bands == 1 ? "bin" : $"(bin * {width}) + band";
                writer.Line($"int start = {edges}[band];");
                writer.Line($"int peak = {edges}[band + 1];");
                writer.Line($"int end = {edges}[band + 2];");
                writer.Line($"for (int bin = start + 1; bin < peak; bin++) {y}[{at}] = {DoubleText.Store(type, "(bin - start) / (double)(peak - start)")};");
                writer.Line($"for (int bin = peak; bin < end || bin == peak; bin++) {y}[{at}] = {DoubleText.Store(type, "bin == peak ? 1d : (end - bin) / (double)(end - peak)")};");
            }
        }
    }
}
