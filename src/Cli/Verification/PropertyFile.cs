using System.IO;
using RedGen.Cli.Output;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.VnnLib;

namespace RedGen.Cli.Verification;

/// <summary>Reads properties for a model.</summary>
internal static class PropertyFile
{
    /// <summary>Reads a property.</summary>
    /// <param name="model">The model's path, for messages.</param>
    /// <param name="plan">The model.</param>
    /// <param name="file">The property's file.</param>
    /// <exception cref="ToolException">The model is none that properties are about.</exception>
    /// <exception cref="PropertyException">The file cannot be read in full.</exception>
    public static VerifiedProperty Read(string model, ExecutionPlan plan, string file)
    {
        Graph graph = plan.Graph;
        if (graph.Inputs.Length != 1 || graph.Outputs.Length != 1) throw new ToolException(model + " has more than one input or output: properties are about networks with one of each");
        return VnnLibReader.Read(File.ReadAllText(file), Length(graph, graph.Inputs[0].Name), Length(graph, graph.Outputs[0].Name));
    }

    private static int Length(Graph graph, string name) => graph.TypeOf(name) is TensorType { ElementType: ElementType.Float32, Shape: { IsStatic: true } shape } ? (int)shape.ElementCount
        : throw new ToolException("'" + name + "' is not a float32 tensor of known shape: properties are about such");
}
