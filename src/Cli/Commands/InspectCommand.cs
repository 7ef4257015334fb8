using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.State;
using Spectre.Console;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen inspect</c>: what a model holds and what RedGen makes of it.</summary>
internal sealed class InspectCommand(ToolConsole console) : ModelCommand(console, "inspect", "Shows a model's inputs, outputs, opset, layers, parameters and multiply-adds.")
{
    private sealed record JsonValue(string Name, string Type, string[]? Shape);

    private sealed record Layer(string Name, string Operation, string Kernel, string Shape, long Parameters, long Macs);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        ModelSource source = Open(parsed, path, options);
        var diagnostics = new DiagnosticBag();
        Model? model = OnnxReader.Read(source, diagnostics, CancellationToken.None);
        if (model is null)
        {
            Console.Print(path, diagnostics.ToImmutable());
            throw new ToolException("the model was not read");
        }

        CompilationResult result = ModelCompiler.Compile(source, options);
        Console.Print(path, result.Diagnostics);
        ImmutableArray<Layer> layers = result.Plan is { } plan ? LayersOf(plan) : LayersOf(model.Graph);
        long parameters = ParametersOf(model.Graph);
        PrintText(path, model, result.Plan, layers, parameters);
        Console.WriteJson(new
        {
            file = source.FileName,
            sha256 = source.Sha256,
            irVersion = model.IrVersion,
            opset = model.OpsetImports.GetValueOrDefault("", 0),
            opsets = model.OpsetImports.ToDictionary(static o => o.Key.Length == 0 ? "ai.onnx" : o.Key, static o => o.Value),
            producer = model.Producer,
            inputs = model.Graph.Inputs.Select(ToJson),
            outputs = model.Graph.Outputs.Select(ToJson),
            state = result.Plan?.States.Select(static s => new { input = s.Input, output = s.Output }),
            operators = OperatorsOf(model.Graph).ToDictionary(static o => o.Key, static o => o.Value),
            parameters,
            compiles = result.Plan is not null,
            macs = result.Plan?.MultiplyAdds,
            weightBytes = result.Plan?.WeightBytes,
            scratchBytes = result.Plan?.ArenaBytes,
            scratchBytesBound = result.Plan?.ArenaLowerBound,
            scratchRatio = result.Plan?.ArenaRatio,
            layers,
            diagnostics = Console.Diagnostics,
        });
        return 0;
    }

    /// <summary>The steps of the plan: what runs.</summary>
    private static ImmutableArray<Layer> LayersOf(ExecutionPlan plan)
    {
        var counted = new HashSet<string>(System.StringComparer.Ordinal);
        return [.. LayersOf(plan, counted, isBody: false)];
    }

    /// <summary>A branch or loop states the work of its bodies, all runs of them; the steps of a body follow it, without work of their own.</summary>
    private static IEnumerable<Layer> LayersOf(ExecutionPlan plan, HashSet<string> counted, bool isBody)
    {
        foreach (Step step in plan.Root.Steps)
        {
            yield return new Layer(
                step.Nodes.IsEmpty ? "" : step.Nodes[0].Name,
                step.Summary,
                step.Kernel,
                string.Join(", ", step.Outputs.Where(static o => o.Length > 0).Select(o => plan.Graph.TensorTypeOf(o)?.Shape?.ToString() ?? "?")),
                step.Nodes.Sum(n => ParametersOf(n, plan.Graph, counted)),
                isBody ? 0 : step.MultiplyAdds);
            foreach (Layer layer in step.Bodies.SelectMany(b => LayersOf(b.Plan, counted, isBody: true))) yield return layer;
        }
    }

    /// <summary>The nodes of a model that does not compile, with the shapes that the file states.</summary>
    private static ImmutableArray<Layer> LayersOf(Graph graph)
    {
        var counted = new HashSet<string>(System.StringComparer.Ordinal);
        return [.. graph.Nodes.Select(node => new Layer(
            node.Name,
            node.Operator.QualifiedName,
            "",
            string.Join(", ", node.Outputs.Where(static o => o.Length > 0).Select(o => graph.TensorTypeOf(o)?.Shape?.ToString() ?? "?")),
            ParametersOf(node, graph, counted),
            0))];
    }

    /// <summary>Elements of all constants, whether the file has them as initializers or as nodes, in subgraphs too.</summary>
    private static long ParametersOf(Graph graph)
        => graph.Initializers.Values.Sum(static t => (long)t.Length) + graph.Nodes.Sum(ConstantLength) + graph.Nodes.SelectMany(GraphCaptures.Subgraphs).Sum(ParametersOf);

    private static long ConstantLength(Node node) => node.Operator.QualifiedName != "Constant" ? 0 : node.Attributes.All.Values.Sum(static a => a switch
    {
        TensorAttribute tensor => tensor.Value.Length,
        FloatsAttribute floats => floats.Values.Length,
        IntsAttribute ints => ints.Values.Length,
        StringsAttribute strings => strings.Values.Length,
        _ => 1L,
    });

    /// <summary>A constant that several nodes read counts at the first.</summary>
    private static long ParametersOf(Node node, Graph graph, HashSet<string> counted)
        => node.Inputs.Sum(i => graph.ConstantOf(i) is { } constant && counted.Add(i) ? (long)constant.Length : 0);

    private static IEnumerable<KeyValuePair<string, int>> OperatorsOf(Graph graph)
        => graph.Nodes.GroupBy(static n => n.Operator.QualifiedName).OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, System.StringComparer.Ordinal)
            .Select(static g => KeyValuePair.Create(g.Key, g.Count()));

    private static JsonValue ToJson(Value value) => value.Type is TensorType tensor
        ? new JsonValue(value.Name, tensor.ElementType.Name(), tensor.Shape is null ? null : [.. tensor.Shape.Dimensions.Select(static d => d.ToString())])
        : new JsonValue(value.Name, value.Type?.ToString() ?? "?", null);

    private void PrintText(string path, Model model, ExecutionPlan? plan, ImmutableArray<Layer> layers, long parameters)
    {
        Console.WriteLine(path);
        string opsets = string.Join(", ", model.OpsetImports.Select(static o => (o.Key.Length == 0 ? "ai.onnx" : o.Key) + " " + o.Value.ToString(CultureInfo.InvariantCulture)));
        Console.WriteLine("opset       " + opsets + " (IR version " + model.IrVersion.ToString(CultureInfo.InvariantCulture) + (model.Producer.Length > 0 ? ", " + model.Producer : "") + ")");
        foreach (Value input in model.Graph.Inputs) Console.WriteLine("input       " + input);
        foreach (Value output in model.Graph.Outputs) Console.WriteLine("output      " + output);
        foreach (StatePair state in plan?.States ?? []) Console.WriteLine("state       " + state.Input + " ← " + state.Output);
        Console.WriteLine("operators   " + string.Join(", ", OperatorsOf(model.Graph).Select(static o => o.Key + " " + o.Value.ToString(CultureInfo.InvariantCulture))));
        Console.WriteLine("parameters  " + Tables.Number(parameters));
        if (plan is not null)
        {
            Console.WriteLine("MACs        " + Tables.Number(plan.MultiplyAdds));
            Console.WriteLine("weights     " + Tables.Number(plan.WeightBytes) + " bytes");
            Console.WriteLine("scratch     " + Tables.Number(plan.ArenaBytes) + " bytes" + (plan.ArenaBytes > 0 ? ", " + plan.ArenaRatio.ToString("0.000", CultureInfo.InvariantCulture) + " × what is alive at once" : ""));
        }
        else Console.WriteLine("This version of RedGen does not compile the model; its nodes as the file has them:");

        Table table = Tables.Create(4, "layer", "operation", "kernel", "shape", "parameters", "MACs");
        foreach (Layer layer in layers)
            table.Add(layer.Name, layer.Operation, layer.Kernel, layer.Shape, Tables.Number(layer.Parameters), Tables.Number(layer.Macs));
        table.Write(Console.Text);
    }
}
