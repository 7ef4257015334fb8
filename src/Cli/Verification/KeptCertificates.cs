using System.IO;
using System.Threading;
using RedGen.Compiler;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Cli.Verification;

/// <summary>Certificates that lie beside properties, in source control: a build checks them and need not search.</summary>
/// <param name="AreRead">Whether such a file is looked at.</param>
/// <param name="AreWritten">Whether one is written of what a search has proven.</param>
/// <param name="IsOnly">Whether nothing is searched.</param>
internal sealed record KeptCertificates(bool AreRead, bool AreWritten, bool IsOnly)
{
    /// <summary>How such a file's name ends.</summary>
    public const string Extension = ".redgen.proof.json";

    /// <summary>No certificates.</summary>
    public static KeptCertificates None { get; } = new(false, false, false);

    /// <summary>Where the certificate of a property lies.</summary>
    public static string PathBeside(string property) => Path.ChangeExtension(property, null) + Extension;

    /// <summary>Checks the certificate of a property.</summary>
    /// <param name="plans">The models.</param>
    /// <param name="property">The property.</param>
    /// <param name="file">The property's file.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="reason">Why it proves nothing; empty where there is no certificate.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>The verdict where the certificate proves the property, otherwise null.</returns>
    public Verdict? Check(ExecutionPlan[] plans, VerifiedProperty property, string file, int threads, out string reason, CancellationToken cancellation)
    {
        reason = "";
        string path = PathBeside(file);
        if (!AreRead || new FileInfo(path) is not { Exists: true } kept) return null;
        if (kept.Length > Certificate.LongestText) reason = "it is too long";
        else if (Certificate.Read(File.ReadAllText(path), out reason) is { } certificate)
        {
            CheckOutcome outcome = CertificateCheck.Run(plans, property, ModelSource.Hash(File.ReadAllBytes(file)), certificate, threads, cancellation);
            if (outcome.Problem.Length == 0) return new Verdict(VerificationResult.Holds, outcome.Leaves, 0, [], [], "");
            reason = outcome.Problem;
        }

        reason = Path.GetFileName(path) + " proves nothing: " + reason;
        return null;
    }

    /// <summary>Writes the certificate of what a search has proven.</summary>
    /// <returns>Why there is none; empty where it was written.</returns>
    public string Write(ExecutionPlan[] plans, VerifiedProperty property, string file, SplitTrace trace, int threads, CancellationToken cancellation)
    {
        Certificate? certificate = CertificateBuilder.Run(plans, property, ModelSource.Hash(File.ReadAllBytes(file)), trace.Trees(property.Cases.Length), threads, out string problem, cancellation);
        if (certificate is not null) Output.WholeFile.Write(PathBeside(file), certificate.Write());
        return problem;
    }
}
