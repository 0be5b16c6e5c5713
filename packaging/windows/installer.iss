; This has never run: the project has no Windows. Expect to mend it.
;
; The installer for one person, who needs no administrator. packaging/windows/build calls it.
; GIMP from the Microsoft Store does not start plug-ins that lie there.
;
; SPDX-License-Identifier: GPL-3.0-or-later

#define Name "adain-style-transfer"
#define Operation "{localappdata}\gegl-0.4\plug-ins\" + Name

[Setup]
AppId={#Name}
AppName=AdaIN Style Transfer for GIMP
AppVersion={#Version}
AppPublisher=The AdaIN Style Transfer authors
LicenseFile={#Stage}\LICENSE
PrivilegesRequired=lowest
DefaultDirName={userappdata}\GIMP\3.0\plug-ins\{#Name}
DisableDirPage=yes
DisableProgramGroupPage=yes
#if Arch == "aarch64"
ArchitecturesAllowed=arm64
ArchitecturesInstallIn64BitMode=arm64
#else
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
#endif
OutputBaseFilename={#Name}-{#Version}-windows-{#Arch}-setup
Compression=lzma
SolidCompression=yes

[InstallDelete]
; What an older version had and this one has no more.
Type: filesandordirs; Name: "{app}\weights"
Type: filesandordirs; Name: "{app}\locale"
Type: filesandordirs; Name: "{app}-folder"
Type: filesandordirs; Name: "{app}\help"
Type: filesandordirs; Name: "{#Operation}"
Type: filesandordirs; Name: "{userappdata}\GIMP\3.2\plug-ins\{#Name}"
Type: filesandordirs; Name: "{userappdata}\GIMP\3.2\plug-ins\{#Name}-folder"

[Files]
Source: "{#Stage}\*"; Excludes: "\install.cmd,\README.txt"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#Stage}-folder\*"; DestDir: "{app}-folder"; Flags: ignoreversion recursesubdirs createallsubdirs
; Editable filters: where GEGL looks, with the weights and the translations beside the operation.
Source: "{#Stage}\operation\*"; DestDir: "{#Operation}"; Flags: ignoreversion
Source: "{#Stage}\weights\*"; DestDir: "{#Operation}\weights"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "{#Stage}\locale\*"; DestDir: "{#Operation}\locale"; Flags: ignoreversion recursesubdirs createallsubdirs
; GIMP 3.2 looks into a folder of its own.
Source: "{#Stage}\*"; Excludes: "\install.cmd,\README.txt"; DestDir: "{userappdata}\GIMP\3.2\plug-ins\{#Name}"; Flags: ignoreversion recursesubdirs createallsubdirs; Check: DirExists(ExpandConstant('{userappdata}\GIMP\3.2'))
Source: "{#Stage}-folder\*"; DestDir: "{userappdata}\GIMP\3.2\plug-ins\{#Name}-folder"; Flags: ignoreversion recursesubdirs createallsubdirs; Check: DirExists(ExpandConstant('{userappdata}\GIMP\3.2'))
