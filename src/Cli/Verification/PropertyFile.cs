using System.Collections.Generic;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.VnnLib;

namespace RedGen.Cli.Verification;

/// <summary>Reads properties for a model, or for several.</summary>
internal static class PropertyFile
{
    /// <summary>Reads a property.</summary>
    /// <param name="models">The models' paths, for messages, with the names that they have in the property; an empty name: the next one that is declared.</param>
    /// <param name="plans">The models.</param>
    /// <param name="file">The property's file.</param>
    /// <exception cref="ToolException">A model is none that properties are about.</exception>
    /// <exception cref="PropertyException">The file cannot be read in full.</exception>
    public static VerifiedProperty Read(IReadOnlyList<PropertyModel> models, IReadOnlyList<ExecutionPlan> plans, string file)
        => VnnLibReader.Read(File.ReadAllText(file), [.. models.Zip(plans, static (m, p) => SignatureOf(m.Path, p) with { Name = m.Name })]);

    /// <summary>What properties can name of a model.</summary>
    /// <exception cref="ToolException">The model is none that properties are about.</exception>
    public static NetworkSignature SignatureOf(string model, ExecutionPlan plan)
        => NetworkSignature.Of(plan, out string problem) ?? throw new ToolException(model + ": " + problem);
}
