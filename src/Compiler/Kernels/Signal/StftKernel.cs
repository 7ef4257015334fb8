using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Signal;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Signal;

/// <summary>STFT: frame by frame, in double. A step or a length of run time is checked against the declared shape first.</summary>
internal sealed class StftKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Inputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        InferenceContext parameters = context.Parameters(node);
        bool atRunTime = new[] { node.Input(1), node.Input(3) }.Any(i => i.Length > 0 && context.Constant(i) is null);
        bool lengthAtRunTime = !node.HasInput(2) && node.HasInput(3) && context.Constant(node.Inputs[3]) is null;
        int length = !lengthAtRunTime ? (int)Stft.Length(parameters) : Stft.IsOneSided(parameters) ? (2 * y[2]) - 1 : y[2];
        if (length > FourierText.LongestLine) return null;
        return new StftStep(context, x, y, length, lengthAtRunTime, atRunTime, type)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where((v, i) => v.Length > 0 && (i is 0 or 2 || atRunTime))],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = lengthAtRunTime ? FourierText.WorkspaceUpTo(length) : FourierText.Workspace(length),
            WorkspaceType = ElementType.Float64,
            Summary = $"STFT: {IndexText.Number(y[1])} frames of {Shape.Of(x)} in {IndexText.Number(y[2])} bins",
        };
    }

    private sealed class StftStep(KernelContext context, int[] x, int[] y, int length, bool lengthAtRunTime, bool atRunTime, ElementType type) : Step
    {
        public override string Kernel => "Fourier";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (y.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            Node node = Nodes[0];
            int InputOf(int formal) => Inputs.IndexOf(node.Inputs[formal]);
            string count = lengthAtRunTime ? "length" : CSharpLiteral.Of(length);
            if (atRunTime)
            {
                writer.Line(RunTimeParameters.Why);
                if (node.HasInput(3) && !lengthAtRunTime)
                    writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(node)}, {RunTimeParameters.Longs(writer, context, InputOf(3))}, [{count}]);");
                string given = lengthAtRunTime ? $"{writer.Input(InputOf(3))}[0]" : count;
                writer.Line($"(int step, {(lengthAtRunTime ? "int length" : "_")}) = SpectrumCheck.Frames(");
                using (writer.Code.Indent())
                {
                    writer.Line($"{RunTimeParameters.Label(node)}, {writer.Input(InputOf(1))}[0], {given}, signal: {CSharpLiteral.Of(x[1])},");
                    writer.Line($"isOneSided: {(node.Attributes.Int("onesided", 1) != 0 ? "true" : "false")}, frames: {CSharpLiteral.Of(y[1])}, bins: {CSharpLiteral.Of(y[2])});");
                }
            }

            FourierText.DeclareLine(writer, count);
            using var nest = new LoopScope(writer);
            nest.Loop("batch", x[0]).Loop("frame", y[1]);
            string start = Start(writer, nest);
            string weight = node.HasInput(2) ? DoubleText.Load(type, writer.Input(InputOf(2)) + "[k]") + " * " : "";
            using (writer.Block($"for (int k = 0; k < {count}; k++)"))
                FourierText.Load(writer, type, x.Length == 3 ? x[2] : 1, start + "k", type == ElementType.Float32 && weight.Length > 0 ? "(double)" + weight : weight);
            writer.Line("FourierTransform.Forward(line, scratch);");
            string first = nest.Index(("batch", y[1] * y[2]), ("frame", y[2]));
            using (writer.Block($"for (int k = 0; k < {CSharpLiteral.Of(y[2])}; k++)"))
                FourierText.Store(writer, type, 2, first == "0" ? "k" : first.Contains(" + ") ? first + " + k" : "(" + first + ") + k");
        }

        private string Start(StepWriter writer, LoopScope nest)
        {
            var index = new IndexText();
            if (nest.Has("batch")) index.Add("batch", x[1]);
            if (nest.Has("frame")) index.Add(atRunTime ? "(frame * step)" : "(frame * " + CSharpLiteral.Of(ConstantStep(writer)) + ")");
            string text = index.ToString();
            return text == "0" ? "" : text.Contains(" + ") || text[0] == '(' ? text + " + " : "(" + text + ") + ";
        }

        private int ConstantStep(StepWriter writer)
        {
            Tensor step = writer.Plan.Graph.ConstantOf(Nodes[0].Inputs[1])!;
            return (int)System.Math.Min(x[1], Execute.ReferenceTensor.FromTensor(step).Integers![0]);
        }
    }
}
