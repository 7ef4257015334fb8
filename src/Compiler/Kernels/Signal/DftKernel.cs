using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Signal;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Signal;

/// <summary>DFT: line by line, in double. An axis or a length of run time is checked against the declared shape first.</summary>
internal sealed class DftKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Inputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        bool atRunTime = RunTimeParameters.AreGiven(node, context, 1);
        InferenceContext parameters = context.Parameters(node);
        int axis = atRunTime ? -1 : Dft.Axis(parameters);
        int[] lengths = atRunTime ? [.. Enumerable.Range(0, x.Length - 1).Select(a => Longest(parameters, x[a], y[a]))] : [(int)Dft.Length(parameters, axis)];
        if (lengths.Max() > FourierText.LongestLine) return null;
        return new DftStep(x, y, axis, lengths.Max(), Dft.Direction(parameters), type)
        {
            Nodes = group.Nodes,
            Inputs = atRunTime ? [.. node.Inputs.Where(i => i.Length > 0)] : [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = atRunTime ? lengths.Max(FourierText.WorkspaceUpTo) : FourierText.Workspace(lengths[0]),
            WorkspaceType = ElementType.Float64,
            Summary = $"{(Dft.Direction(parameters).IsInverse ? "Inverse DFT" : "DFT")} of {Shape.Of(x)} along {(atRunTime ? "an axis or of a length of run time" : "axis " + IndexText.Number(axis))}",
        };
    }

    /// <summary>The longest transform that an axis allows.</summary>
    private static int Longest(InferenceContext parameters, int from, int to)
    {
        (bool isInverse, bool isOneSided) = Dft.Direction(parameters);
        if (parameters.HasInput(1)) return isOneSided && !isInverse ? (2 * Math.Min(to, FourierText.LongestLine)) - 1 : to;
        return isInverse && isOneSided ? Math.Max(1, 2 * (Math.Min(from, FourierText.LongestLine) - 1)) : from;
    }

    private sealed class DftStep(int[] x, int[] y, int axis, int length, (bool IsInverse, bool IsOneSided) direction, ElementType type) : Step
    {
        public override string Kernel => "Fourier";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (x.Contains(0) && axis >= 0)
            {
                // Padding turns an empty line into one of zeros.
                writer.Line($"{writer.Output(0)}.Clear();");
                return;
            }

            if (axis < 0) DeclareView(writer);
            FourierText.DeclareLine(writer, Number(length, "length"));
            AxisView view = AxisView.Of([.. x.Take(x.Length - 1)], Math.Max(0, axis));
            var scopes = new Stack<SourceWriter.BlockScope>();
            string outer = Open(writer, scopes, "o", view.Outer, "outer");
            string inner = Open(writer, scopes, "i", view.Inner, "inner");
            WriteLine(writer, view, outer, inner);
            while (scopes.Count > 0) scopes.Pop().Dispose();
        }

        private void WriteLine(StepWriter writer, AxisView view, string outer, string inner)
        {
            int used = direction is (true, true) ? (length / 2) + 1 : length;
            int kept = axis < 0 ? 0 : y[axis];
            if (axis < 0)
            {
                writer.Line("line.Clear();");
                string limit = direction is (true, true) ? "(length / 2) + 1" : "length";
                using (writer.Block($"for (int k = 0; k < Math.Min(count, {limit}); k++)"))
                    FourierText.Load(writer, type, x[^1], "(((o * count) + k) * inner) + i");
            }
            else
            {
                if (view.Length < used) writer.Line("line.Clear();");
                using (writer.Block($"for (int k = 0; k < {CSharpLiteral.Of(Math.Min(view.Length, used))}; k++)"))
                    FourierText.Load(writer, type, x[^1], At(outer, inner, view.Length, view.Inner));
            }

            if (direction is (true, true)) Mirror(writer);
            writer.Line($"FourierTransform.{(direction.IsInverse ? "Inverse" : "Forward")}(line, scratch);");
            using (writer.Block($"for (int k = 0; k < {Number(kept, "kept")}; k++)"))
                FourierText.Store(writer, type, y[^1], axis < 0 ? "(((o * kept) + k) * inner) + i" : At(outer, inner, kept, view.Inner));
        }

        private void Mirror(StepWriter writer)
        {
            if (axis >= 0 && length < 3) return;
            string count = Number(length, "length");
            writer.Line("// The other half of the spectrum of a real signal is the conjugate of the first.");
            using (writer.Block($"for (int k = {(axis < 0 ? "(length / 2) + 1" : CSharpLiteral.Of((length / 2) + 1))}; k < {count}; k++)"))
            {
                writer.Line($"line[2 * k] = line[2 * ({count} - k)];");
                writer.Line($"line[(2 * k) + 1] = -line[(2 * ({count} - k)) + 1];");
            }
        }

        private void DeclareView(StepWriter writer)
        {
            int next = 1;
            string given = Nodes[0].HasInput(1) ? $"{writer.Input(next++)}[0]" : "-1";
            string position = Nodes[0].HasInput(2) ? $"{writer.Input(next)}[0]" : CSharpLiteral.Of((int)Nodes[0].Attributes.Int("axis", Nodes[0].Operator.Version < 20 ? 1 : -2));
            writer.Line(RunTimeParameters.Why);
            writer.Line("(int outer, int count, int inner, int length, int kept) = SpectrumCheck.Axis(");
            using (writer.Code.Indent())
            {
                writer.Line($"{RunTimeParameters.Label(Nodes[0])}, {position}, {given}, {(direction.IsInverse ? "true" : "false")}, {(direction.IsOneSided ? "true" : "false")},");
                writer.Line($"{RunTimeParameters.List([.. x.Take(x.Length - 1)])}, {RunTimeParameters.List([.. y.Take(y.Length - 1)])});");
            }
        }

        private string Open(StepWriter writer, Stack<SourceWriter.BlockScope> scopes, string variable, int count, string name)
        {
            if (axis >= 0 && count == 1) return "";
            scopes.Push(writer.Block($"for (int {variable} = 0; {variable} < {Number(count, name)}; {variable}++)"));
            return variable;
        }

        private string Number(int constant, string variable) => axis < 0 ? variable : CSharpLiteral.Of(constant);

        private static string At(string outer, string inner, int length, int stride)
        {
            var index = new IndexText();
            if (outer.Length > 0) index.Add(outer, length * stride);
            index.Add("k", stride);
            if (inner.Length > 0) index.Add(inner, 1);
            return index.ToString();
        }
    }
}
