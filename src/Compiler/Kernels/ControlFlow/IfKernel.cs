using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>If: a C# if whose branches call methods; the branches share their scratch memory.</summary>
internal sealed class IfKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        int[] outputs = [.. Enumerable.Range(0, node.Outputs.Length).Where(node.HasOutput)];
        var bodies = new List<Body>();
        for (int i = 0; i < 2; i++)
        {
            string when = "Branch of " + node.Name + " where " + node.Inputs[0] + (i == 0 ? " holds" : " does not hold");
            if (BodyPlanner.Plan(context, ControlFlowOperator.Body(node, If.Branches[i]), outputs, i == 0 ? "Then" : "Else", when) is not { } body) return null;
            bodies.Add(body);
        }

        ImmutableArray<string> captures = [.. bodies.SelectMany(b => BodyPlanner.Captures(b, 0)).Distinct()];
        BufferNames names = BodyPlanner.Names(outputs.Length, "condition");
        Body larger = bodies[bodies[0].Plan.ArenaBytes >= bodies[1].Plan.ArenaBytes ? 0 : 1];
        bool same = bodies.Select(b => ArenaText.ElementTypeOf(b.Plan)).Distinct().Count() == 1 || bodies.Any(b => b.Plan.ArenaBytes == 0);
        ElementType type = same ? ArenaText.ElementTypeOf(larger.Plan) : ElementType.UInt8;
        return new IfStep
        {
            Nodes = [node],
            Inputs = [node.Inputs[0], .. captures],
            InputNames = ["condition", .. BodyPlanner.CaptureNames(names, captures)],
            Outputs = [.. outputs.Select(k => node.Outputs[k])],
            Bodies = [.. bodies],
            WorkspaceType = type,
            WorkspaceLength = larger.Plan.ArenaBytes / type.Bytes(),
            MultiplyAdds = bodies.Max(b => b.Plan.MultiplyAdds),
            Summary = "If " + node.Inputs[0],
        };
    }

    private sealed class IfStep : Step
    {
        public override string Kernel => "If";

        public override void Emit(StepWriter writer)
        {
            using (writer.Block($"if ({writer.Input(0)}[0])")) EmitBranch(writer, 0);
            using (writer.Block("else")) EmitBranch(writer, 1);
        }

        /// <summary>A branch with a shape of its own makes a tensor where the other one gives another shape.</summary>
        private void EmitBranch(StepWriter writer, int branch)
        {
            EmittedBody body = writer.Bodies[branch];
            int[] made = [.. Enumerable.Range(0, Outputs.Length).Where(k => writer.IsOpen(Outputs[k]) && !body.IsOpen(k))];
            foreach (int k in made) writer.Line($"var {Elements(k)} = new {Type(writer, k)}[{CSharpLiteral.Of(Buffer(branch, k).Length)}];");
            bool returns = Outputs.Length == 1 && writer.IsOpen(Outputs[0]);
            writer.Line(body.Call(
                name => writer.Input(Inputs.IndexOf(name)),
                k => made.Contains(k) ? Elements(k) : !body.IsOpen(k) ? writer.Output(k) : returns ? $"out DynamicTensor<{Type(writer, k)}> result" : "out " + writer.Output(k),
                Scratch(branch)));
            foreach (int k in made)
            {
                string tensor = $"new DynamicTensor<{Type(writer, k)}>({Elements(k)}, {RunTimeParameters.List(LengthsOf(branch, k))})";
                writer.Line(returns ? $"return {tensor};" : $"{writer.Output(k)} = {tensor};");
            }

            if (returns && made.Length == 0) writer.Line("return result;");
        }

        private static string Elements(int output) => "elements" + CSharpLiteral.Of(output);

        private static string Type(StepWriter writer, int output) => writer.Plan.Buffers[writer.Step.Outputs[output]].ElementType.CSharpName()!;

        private Plan.Buffer Buffer(int branch, int output) => Bodies[branch].Plan.Buffers[Bodies[branch].Plan.Outputs[output]];

        private int[] LengthsOf(int branch, int output)
        {
            Graph graph = Bodies[branch].Plan.Graph;
            return graph.TensorTypeOf(graph.Outputs[output].Name)!.Shape!.ToArray();
        }

        private string Scratch(int branch)
        {
            ExecutionPlan plan = Bodies[branch].Plan;
            ElementType arena = ArenaText.ElementTypeOf(plan);
            string scratch = plan.ArenaBytes / WorkspaceType.Bytes() == WorkspaceLength ? "workspace" : $"workspace.Slice(0, {CSharpLiteral.Of(plan.ArenaBytes / WorkspaceType.Bytes())})";
            return arena == WorkspaceType ? scratch : $"MemoryMarshal.Cast<byte, {arena.CSharpName()}>({scratch})";
        }
    }
}
