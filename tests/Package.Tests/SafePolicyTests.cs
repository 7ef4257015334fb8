using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Package.Tests;

/// <summary>examples/SafePolicy with the packed package: the build proves the controller's properties, and fails where one does not hold.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class SafePolicyTests(PackedFeed feed)
{
    private const string Verifies = "RedGen verifies ";

    [Fact]
    public async Task The_build_proves_what_holds_and_fails_for_what_does_not()
    {
        string project = Write("SafePolicy");

        Assert.Contains(Verifies + "policy.onnx", await DotNet.RunAsync(project, "build", "-v", "m"), StringComparison.Ordinal);
        string code = Directory.EnumerateFiles(project, "*.Policy.g.cs", SearchOption.AllDirectories).Select(File.ReadAllText).Single();
        foreach (string name in new[] { "brakes-when-close", "keeps-to-the-limit", "within-the-actuators" }) Assert.Contains("float32 rounding included: " + name + ".vnnlib (SHA-256 ", code, StringComparison.Ordinal);
        Assert.Contains("stands ", await DotNet.RunAsync(project, "exec", Path.Combine("bin", "Debug", "net10.0", "SafePolicy.dll")), StringComparison.Ordinal);

        // Nothing changed: nothing is searched, and nothing compiled.
        string assembly = Path.Combine(project, "obj", "Debug", "net10.0", "SafePolicy.dll");
        DateTime built = File.GetLastWriteTimeUtc(assembly);
        Assert.DoesNotContain(Verifies, await BuildAsync(project), StringComparison.Ordinal);
        Assert.Equal(built, File.GetLastWriteTimeUtc(assembly));

        (int failed, string output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m", "-p:Controller=first");
        Assert.NotEqual(0, failed);
        Assert.Contains("within-the-actuators.vnnlib(14,1): error RG2001: the generated code violates 'within-the-actuators.vnnlib': for the input [", output, StringComparison.Ordinal);
        Assert.Contains("PolicyWithinTheActuatorsTests.cs", output, StringComparison.Ordinal);
        Assert.DoesNotContain("error CS", output, StringComparison.Ordinal);
        string test = Directory.EnumerateFiles(Path.Combine(project, "obj"), "PolicyWithinTheActuatorsTests.cs", SearchOption.AllDirectories).Single();
        Assert.Contains("global::SafePolicyExample.Policy.Predict(x, y);", File.ReadAllText(test), StringComparison.Ordinal);

        // The verdict is kept: the error is there again without a search.
        (failed, output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m", "-p:Controller=first");
        Assert.NotEqual(0, failed);
        Assert.Contains("error RG2001", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Verifies, output, StringComparison.Ordinal);

        Assert.Equal(0, (await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m")).Code);
    }

    [Fact]
    public async Task A_property_that_changes_is_verified_again()
    {
        string project = Write("ChangedPolicy");
        string property = Path.Combine(project, "within-the-actuators.vnnlib");
        await DotNet.RunAsync(project, "build", "-v", "q");

        // With an old time: the hash tells.
        File.WriteAllText(property, File.ReadAllText(property).Replace("3.5))", "3.0))", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(property, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (int code, string output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m");
        Assert.NotEqual(0, code);
        Assert.Contains(Verifies + "policy.onnx", output, StringComparison.Ordinal);
        Assert.Contains("within-the-actuators.vnnlib(14,1): error RG2001", output, StringComparison.Ordinal);

        File.WriteAllText(property, "(declare-const X_0 Real)\n(assert (frobnicate X_0))");
        (code, output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m");
        Assert.NotEqual(0, code);
        Assert.Contains("error RG2003: the property 'within-the-actuators.vnnlib' cannot be read: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("error RG2001", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_too_many_regions_is_undecided()
    {
        string project = Write("HastyPolicy");

        (int code, string output) = await DotNet.TryAsync(project, "build", "-v", "m", "-p:RedGenVerifyNodes=1");

        Assert.NotEqual(0, code);
        Assert.Contains("within-the-actuators.vnnlib(14,1): error RG2002: 'within-the-actuators.vnnlib' is neither proven nor refuted after 1 regions: the limit of 1 regions is reached", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statements_are_proven_and_certificates_kept()
    {
        const string Prove = "range Y[0]:-20..20 over X[0]:0..100,X[1]:0..40,X[2]:-20..20; equivalent trained within 5 over X[0]:0..1,X[1]:0..1,X[2]:0..1; equivalent first.onnx within 0.0001 over X:0..1";
        string project = Write("StatedPolicy"), file = Path.Combine(project, "SafePolicy.csproj");
        File.WriteAllText(file, File.ReadAllText(file).Replace("RedGenVerifyUnknown=\"Error\"", "RedGenVerifyUnknown=\"Error\" RedGenProve=\"" + Prove + "\"", StringComparison.Ordinal));

        (int code, string output) = await DotNet.TryAsync(project, "build", "-v", "m", "-p:RedGenKeepCertificates=true");
        Assert.NotEqual(0, code);
        Assert.Contains("error RG2001: the generated code violates 'equivalent first.onnx within 0.0001 over X:0..1': for the input [", output, StringComparison.Ordinal);
        Assert.Equal(3, Directory.EnumerateFiles(project, "*.redgen.proof.json").Count());

        // Without the statements only certificates are checked: a build server searches nothing.
        File.WriteAllText(file, File.ReadAllText(file).Replace(Prove, "range Y[0]:-20..20 over X[0]:0..100,X[1]:0..40,X[2]:-20..20", StringComparison.Ordinal));
        await DotNet.RunAsync(project, "build", "--no-restore", "-v", "m");
        string code1 = Directory.EnumerateFiles(project, "*.Policy.g.cs", SearchOption.AllDirectories).Select(File.ReadAllText).Single();
        Assert.Contains("included: range Y[0]:-20..20 over X[0]:0..100,X[1]:0..40,X[2]:-20..20 (inputs as stated, ", code1, StringComparison.Ordinal);
        Assert.Contains("included: within-the-actuators.vnnlib (a certificate checked, ", code1, StringComparison.Ordinal);

        // Nothing changed: nothing is searched.
        Assert.DoesNotContain(Verifies, await BuildAsync(project), StringComparison.Ordinal);
        File.Delete(Path.Combine(project, "brakes-when-close.redgen.proof.json"));
        (code, output) = await DotNet.TryAsync(project, "build", "--no-restore", "-v", "m", "-p:RedGenVerifySearch=false");
        Assert.NotEqual(0, code);
        Assert.Contains("error RG2002: 'brakes-when-close.vnnlib' is neither proven nor refuted after 0 regions: there is no brakes-when-close.redgen.proof.json, and nothing is searched", output, StringComparison.Ordinal);
        Assert.DoesNotContain("'within-the-actuators.vnnlib' is neither", output, StringComparison.Ordinal);
    }

    /// <summary>The example's files, with RedGen from the package instead of this repository.</summary>
    private string Write(string name)
    {
        string project = Directory.CreateDirectory(Path.Combine(feed.Root, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("examples", "SafePolicy"))) File.Copy(file, Path.Combine(project, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(project, "Directory.Build.props"), """
            <Project>
              <Import Project="../Directory.Build.props" />
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(project, "Directory.Build.targets"), """
            <Project>
              <ItemGroup>
                <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
              </ItemGroup>
            </Project>
            """);
        return project;
    }

    private static Task<string> BuildAsync(string project) => DotNet.RunAsync(project, "build", "--no-restore", "-v", "m");
}
